/**
 * `true` where two types are the same, not merely assignable to each other: the compiler takes the two functions for
 * the same only where it takes what they ask about for the same.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false

/** Compiles for `true` only. */
export type Expect<T extends true> = T

/** It tells apart what is merely assignable. */
export type Cases = [
  Expect<Equal<1 | 2, 2 | 1>>,
  Expect<Equal<Equal<unknown, never>, false>>,
  Expect<Equal<Equal<{ a: 1 }, { readonly a: 1 }>, false>>,
  Expect<Equal<Equal<{ a?: 1 }, { a?: 1 | undefined }>, false>>
]
