import type { Recognizer } from '../recognizer.js'
import { elasticsearchRecognizer } from './elasticsearch.js'
import { kafkaRecognizer } from './kafka.js'
import { knexRecognizer } from './knex.js'
import { kyselyRecognizer } from './kysely.js'
import { mongodbRecognizer } from './mongodb.js'
import { mongooseRecognizer } from './mongoose.js'
import { mysqlRecognizer } from './mysql.js'
import { postgresRecognizer } from './postgres.js'
import { prismaRecognizer } from './prisma.js'
import { redisRecognizer } from './redis.js'
import { sequelizeRecognizer } from './sequelize.js'
import { typeormRecognizer } from './typeorm.js'

/** All types of clients. If two clients share their connections, the first type in this list gets the check. */
export const RECOGNIZERS: readonly Recognizer[] = [
  postgresRecognizer,
  mysqlRecognizer,
  redisRecognizer,
  mongodbRecognizer,
  mongooseRecognizer,
  elasticsearchRecognizer,
  kafkaRecognizer,
  knexRecognizer,
  kyselyRecognizer,
  typeormRecognizer,
  sequelizeRecognizer,
  prismaRecognizer
]
