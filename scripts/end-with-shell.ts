const POLL_MS = 200

/**
 * Ends this process as a SIGTERM does once the shell that npm runs a script in is gone: npm passes a signal on to its
 * shell, and some shells (Debian's dash) end without passing it on.
 */
export function endWithShell (): void {
  if (process.env['npm_lifecycle_event'] === undefined) return
  const shell = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, POLL_MS).unref()
}
