import type { AddressInfo } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import type { NetworkInterfaceInfo } from 'node:os'
import { firstSet } from '../../base/environment.js'
import type { Environment } from '../../base/environment.js'

/** The addresses of a server, as Fastify reports them: addresses with ports, and paths of Unix sockets. */
export type Addresses = readonly (AddressInfo | string)[]

/** The parts of the machine that name its address. */
export interface Machine {
  readonly env: Environment
  readonly hostname: () => string
  readonly networkInterfaces: () => Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>
}

const MACHINE: Machine = { env: process.env, hostname, networkInterfaces }

/** The addresses that stand for all addresses of the machine. */
const WILDCARDS: readonly string[] = ['0.0.0.0', '::']

/**
 * Returns the URL of a server for other machines, or `undefined` without a port. For a server on all addresses it takes
 * the first of: the variables `K8S_POD_IP` and `POD_IP`, the address of the pod in Kubernetes, the host name.
 */
export function urlOf (addresses: Addresses, isSecure: boolean, machine: Machine = MACHINE): string | undefined {
  const found = addresses.find((address) => typeof address !== 'string')
  if (found === undefined) return undefined
  const host = WILDCARDS.includes(found.address) ? hostOf(machine) : found.address
  return `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${found.port}`
}

function hostOf ({ env, hostname, networkInterfaces }: Machine): string {
  const given = firstSet(env, 'K8S_POD_IP', 'POD_IP')
  if (given !== undefined) return given
  // Other pods cannot resolve the name of a pod. Elsewhere a machine may have many addresses, for example of Docker.
  if (firstSet(env, 'KUBERNETES_SERVICE_HOST') === undefined) return hostname()
  const outer = Object.values(networkInterfaces()).flatMap((all = []) => all).filter(({ internal }) => !internal)
  // An IPv6 address with a scope is valid on its own link only.
  return (outer.find(({ family }) => family === 'IPv4') ?? outer.find(({ scopeid }) => scopeid === 0))?.address ??
    hostname()
}

/** Whether only the same machine reaches a URL. */
export function isLoopback ({ hostname }: URL): boolean {
  return /^(?:localhost|127\..*|\[::1\])$/.test(hostname)
}
