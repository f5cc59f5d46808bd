// Lets tests use any text as a kind, as apps do whose kinds are known only at run time. The packaging test compiles
// apps that name their kinds, and apps that mistype them.
declare module '../../lib/health/kind.js' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- a type alias cannot augment an interface
  interface CustomKinds extends Record<string, true> {}
}

export {}
