import type { FastifyInstance } from 'fastify'

/** Whether the router of an app ends the path of a URL at a semicolon, and not only at `?` and `#`. */
export function endsPathAtSemicolon ({ initialConfig }: Pick<FastifyInstance, 'initialConfig'>): boolean {
  const { routerOptions, useSemicolonDelimiter } = initialConfig
  // Fastify's types lack this one of the router's options.
  const options: object = { useSemicolonDelimiter, ...routerOptions }
  return Reflect.get(options, 'useSemicolonDelimiter') === true
}
