/**
 * Finds the root instance of a Fastify app: the prototype of an encapsulated instance is its parent. The last prototype
 * is `Object.prototype`, perhaps of another realm.
 */
export function rootOf (instance: object): object {
  const parent = Reflect.getPrototypeOf(instance)
  return parent === null || Reflect.getPrototypeOf(parent) === null ? instance : rootOf(parent)
}
