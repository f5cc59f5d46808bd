/** If the event loop is known to be blocked for this time, the app is not asked, in milliseconds. */
export const MOVED_MS = 100

/** How long a probe waits for a sign of the event loop, in milliseconds. Its answer must follow within 100 ms. */
export const PATIENCE_MS = 60

/** If the event loop has given no sign for this time, it counts as blocked: less, because timers are not exact. */
export const SILENT_MS = 50

/** The longest wait for a blocked app, in milliseconds: clients such as a kubelet give up after 1 s. */
export const LONGEST_WAIT_MS = 800
