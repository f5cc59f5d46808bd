import type { Contestant } from './cpu.js'
import { FlaskServer } from './flask-server.js'
import { NodeServer } from './server.js'
import type { Scene } from './server.js'

/** A package to compare with this package. */
export interface OtherPackage {
  /** The name of the package. */
  readonly name: string
  /** Its program in `contestants/`. */
  readonly program: string
  /** Whether its probes run checks. */
  readonly hasChecks: boolean
}

export const OTHER_PACKAGES: readonly OtherPackage[] = [
  { name: '@fastify/under-pressure', program: 'under-pressure', hasChecks: true },
  { name: 'fastify-healthcheck', program: 'fastify-healthcheck', hasChecks: false },
  { name: 'fastify-custom-healthcheck', program: 'fastify-custom-healthcheck', hasChecks: true },
  { name: '@godaddy/terminus', program: 'godaddy-terminus', hasChecks: true },
  { name: 'lightship', program: 'lightship', hasChecks: false },
  { name: '@nestjs/terminus', program: 'nestjs-terminus', hasChecks: true }
]

/** Returns a contestant that runs as a Node.js program in a scene. */
export function nodeContestant (name: string, program: string, scene: Scene = {}, path?: string): Contestant {
  return { name, start: async () => await NodeServer.start(program, scene), ...(path !== undefined && { path }) }
}

/** The Flask system that this package follows. Its requests take much longer, so fewer requests are enough. */
export const flaskContestant: Contestant = {
  name: 'Flask Management Endpoints, gunicorn',
  start: async () => await FlaskServer.start(),
  shortenedBy: 10
}
