import type { NetworkInterfaceInfo } from 'node:os'
import t from 'tap'
import { isLoopback, urlOf } from '../../../lib/observe/spring-boot-admin/own-address.js'
import type { Machine } from '../../../lib/observe/spring-boot-admin/own-address.js'

function networkAddress (address: string, internal = false, scopeid = 0): NetworkInterfaceInfo {
  const rest = { address, netmask: '', mac: '', internal, cidr: null }
  return address.includes(':') ? { ...rest, family: 'IPv6', scopeid } : { ...rest, family: 'IPv4' }
}

function machine (env: Record<string, string>, addresses: readonly NetworkInterfaceInfo[] = []): Machine {
  return { env, hostname: () => 'shop', networkInterfaces: () => ({ lo: undefined, eth0: addresses }) }
}

const KUBERNETES = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }
const ALL = [{ address: '0.0.0.0', family: 'IPv4', port: 3000 }]

await t.test('urlOf() returns the address of a server that listens on one address', (t) => {
  const ipv6 = { address: '::1', family: 'IPv6', port: 3000 }
  t.equal(urlOf([{ address: '10.1.2.3', family: 'IPv4', port: 3000 }], false), 'http://10.1.2.3:3000')
  t.equal(urlOf([ipv6], true), 'https://[::1]:3000')
  t.end()
})

await t.test('urlOf() returns undefined for a Unix socket, and for a server that does not listen', (t) => {
  t.equal(urlOf(['/run/shop.sock'], false), undefined)
  t.equal(urlOf([], false), undefined)
  t.equal(urlOf(['/run/shop.sock', ...ALL], false, machine({})), 'http://shop:3000')
  t.end()
})

await t.test('urlOf() returns the host name for a server on all addresses', (t) => {
  const docker = [networkAddress('172.17.0.1')]
  t.equal(urlOf(ALL, false, machine({}, docker)), 'http://shop:3000')
  t.equal(urlOf([{ address: '::', family: 'IPv6', port: 3000 }], false, machine({}, docker)), 'http://shop:3000')
  t.end()
})

await t.test('urlOf() returns the address of the pod in Kubernetes', (t) => {
  const addresses = [networkAddress('127.0.0.1', true), networkAddress('fd00::5'), networkAddress('10.1.2.3')]
  t.equal(urlOf(ALL, false, machine(KUBERNETES, addresses)), 'http://10.1.2.3:3000')
  t.equal(urlOf(ALL, false, machine(KUBERNETES, [networkAddress('fe80::1', false, 2), networkAddress('fd00::5')])),
    'http://[fd00::5]:3000')
  t.equal(urlOf(ALL, false, machine(KUBERNETES, [])), 'http://shop:3000', 'the name, if there is no address')
  t.end()
})

await t.test('urlOf() returns the address in POD_IP and K8S_POD_IP', (t) => {
  t.equal(urlOf(ALL, false, machine({ ...KUBERNETES, POD_IP: '10.9.9.9' }, [networkAddress('10.1.2.3')])),
    'http://10.9.9.9:3000')
  t.equal(urlOf(ALL, false, machine({ K8S_POD_IP: 'fd00::7', POD_IP: '10.9.9.9' })), 'http://[fd00::7]:3000')
  t.end()
})

await t.test('isLoopback() recognizes the URLs that only the same machine reaches', (t) => {
  const urls = ['http://localhost:1', 'http://127.0.0.2', 'http://[::1]', 'http://localhost.example.com', 'http://10.0.0.1']
  t.same(urls.map((url) => isLoopback(new URL(url))), [true, true, true, false, false])
  t.end()
})
