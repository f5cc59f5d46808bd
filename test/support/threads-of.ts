import { readdirSync, readFileSync } from 'node:fs'

/**
 * Lists each thread of a process with its state and the kernel function that it waits in. Empty on systems without
 * `/proc`.
 */
export function threadsOf (pid: number): string {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => describeThread(`/proc/${pid}/task/${thread}`)).join('\n')
  } catch {
    return ''
  }
}

function describeThread (folder: string): string {
  const [name, status, place] = ['comm', 'status', 'wchan'].map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
  const [, state] = /^State:\s+(.*)$/m.exec(status ?? '') ?? []
  return `${name?.trim() ?? ''}: ${state ?? ''}, in ${place ?? ''}`
}
