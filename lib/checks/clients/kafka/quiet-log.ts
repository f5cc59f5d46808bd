/**
 * A logger for an admin client of the check, which writes nothing: the app's logger would get lines for each run while
 * a broker is away.
 */
export function quietLog (onError: (message: string) => void): object {
  const ignore = (): void => undefined
  const log = {
    setLogLevel: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (message: unknown) => onError(String(message)),
    namespace: () => log
  }
  return log
}
