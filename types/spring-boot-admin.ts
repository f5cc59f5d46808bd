import type { SpringBootAdminOptions } from '../lib/spring-boot-admin/index.js'

export const right: readonly SpringBootAdminOptions[] = [
  { url: 'http://admin:8080' },
  { url: new URL('http://admin:8080'), username: undefined, password: undefined },
  { url: ['http://a', new URL('http://b')] as const, headers: { a: 'b' }, metadata: { a: 'b' }, interval: 1, timeout: 1 },
  { url: [], serviceBaseUrl: 'http://a', managementBaseUrl: new URL('http://b'), healthPath: '/health', name: 'a' }
]

export const wrong: readonly SpringBootAdminOptions[] = [
  // @ts-expect-error the URL is missing
  {},
  // @ts-expect-error a URL is no number
  { url: 5 },
  // @ts-expect-error metadata are texts
  { url: 'http://a', metadata: { a: 5 } },
  // @ts-expect-error mistyped interval
  { url: 'http://a', intervall: 5 }
]
