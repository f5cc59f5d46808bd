import { peekMethods } from '../../../base/passive.js'
import type { KafkaClient } from '../../clients/kafka/kafka.js'
import type { Recognizer } from '../recognizer.js'

/** A Kafka of kafkajs, whose class is Client, or of `@confluentinc/kafka-javascript`. */
export const kafkaRecognizer: Recognizer = {
  type: 'kafka',
  decorators: { kafka: 'kafka' },
  classes: ['Client', 'Kafka'],
  fits: (value) => peekMethods(value, 'admin', 'producer', 'consumer'),
  async load () {
    const { kafka } = await import('../../clients/kafka/kafka.js')
    return (client) => kafka(client as KafkaClient)
  }
}
