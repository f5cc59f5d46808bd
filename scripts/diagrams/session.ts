/** A part of a terminal session: a comment, or a command with its output. */
export type Step = { readonly comment: string } | { readonly command: string, readonly output: string }

/** Comments, and requests to the example. */
const STEPS = [
  'GET /z/health/readiness',
  '# break the database',
  'POST /break/db',
  '# Kubernetes sends no more traffic …',
  'GET /z/health/readiness',
  '# … and restarts nothing, because a restart does not help',
  'GET /z/health/liveness',
  '# why?',
  'GET /z/health/db',
  '# mend it: the traffic is back, without a restart',
  'POST /mend/db',
  'GET /z/health/readiness'
] as const

const SHOWN_ADDRESS = 'localhost:3000'

/** Sends the requests to a running example, and returns the session that a terminal shows. */
export async function recordSession (url: string): Promise<readonly Step[]> {
  const steps: Step[] = [{ command: "alias curl=\"curl -s -w ' %{http_code}\\n'\"", output: '' }]
  for (const step of STEPS) {
    const [method = '', path = ''] = step.split(' ')
    if (method === '#') steps.push({ comment: step })
    else steps.push(await request(url, method, path))
  }
  return steps
}

async function request (url: string, method: string, path: string): Promise<Step> {
  const response = await fetch(url + path, { method })
  const flag = method === 'GET' ? '' : `-X ${method} `
  const output = `${withoutChance(await response.text())} ${response.status}`
  return { command: `curl ${flag}${SHOWN_ADDRESS}${path}`, output }
}

/** Replaces times and durations, so that two recordings are equal. */
function withoutChance (output: string): string {
  return output
    .replace(/"(time|since)":"[^"]*"/g, '"$1":"2026-11-22T09:00:00.000Z"')
    .replace(/"durationMs":\d+(\.\d+)?/g, '"durationMs":0.8')
}
