import type { Contestant } from './cpu.js'
import { FlaskServer } from './flask-server.js'
import { NodeServer } from './server.js'
import type { Scene } from './server.js'

/** A package that is compared with this one. */
export interface Peer {
  /** The package. */
  readonly name: string
  /** Its program here. */
  readonly program: string
  /** Whether its probes run checks. */
  readonly hasChecks: boolean
}

export const PEERS: readonly Peer[] = [
  { name: '@fastify/under-pressure', program: 'under-pressure', hasChecks: true },
  { name: 'fastify-healthcheck', program: 'fastify-healthcheck', hasChecks: false },
  { name: 'fastify-custom-healthcheck', program: 'fastify-custom-healthcheck', hasChecks: true },
  { name: '@godaddy/terminus', program: 'godaddy-terminus', hasChecks: true },
  { name: 'lightship', program: 'lightship', hasChecks: false },
  { name: '@nestjs/terminus', program: 'nestjs-terminus', hasChecks: true }
]

/** A program of Node.js, in a scene. */
export function nodeContestant (name: string, program: string, scene: Scene = {}, path?: string): Contestant {
  return { name, start: async () => await NodeServer.start(program, scene), ...(path !== undefined && { path }) }
}

/** The system that this one follows. It takes many times as long for a request, and no more requests are needed. */
export const flaskContestant: Contestant = { name: 'Flask Management Endpoints, gunicorn', start: async () => await FlaskServer.start(), fewer: 10 }
