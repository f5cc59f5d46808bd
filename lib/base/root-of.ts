/** Finds the root instance of a Fastify app: the prototype of an encapsulated instance is its parent. */
export function rootOf (instance: object): object {
  const parent: unknown = Object.getPrototypeOf(instance)
  return typeof parent === 'object' && parent !== null && parent !== Object.prototype ? rootOf(parent) : instance
}
