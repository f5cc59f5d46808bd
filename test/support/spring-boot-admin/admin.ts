import type t from 'tap'

/** The login of the servers in tests. */
export const LOGIN = { username: 'admin', password: 'hunter2' } as const

/** An app in the server, with the health that the server has read. */
export interface AdminInstance {
  readonly id: string
  readonly registration: {
    readonly name: string
    readonly managementUrl: string
    readonly healthUrl: string
    readonly serviceUrl?: string
    readonly metadata: Readonly<Record<string, string>>
  }
  readonly statusInfo: { readonly status: string, readonly details: Readonly<Record<string, unknown>> }
  readonly endpoints: readonly { readonly id: string, readonly url: string }[]
}

/** A Spring Boot Admin server, real or not. */
export interface AdminServerUnderTest {
  readonly url: string
  /** Returns the apps in the server. */
  readonly instances: () => Promise<readonly AdminInstance[]>
  /** Ends the server. */
  readonly stop: () => Promise<void>
  /** Starts the server again on the same port, without any app. */
  readonly restart: () => Promise<void>
}

/** Starts a server, which ends with the test. */
export type StartAdminServer = (test: Pick<typeof t, 'teardown'>) => Promise<AdminServerUnderTest>

/** The header of the login. */
export const AUTHORIZATION = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`
