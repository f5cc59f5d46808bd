import type { Recording } from './record.js'
import { offset } from './timeline.js'
import type { Sight } from './timeline.js'

const PLACE = /(<!-- recording -->\n)[^]*(?=<!-- end of recording -->)/

/** Replaces the recording in a page. */
export function withRecording (page: string, markdown: string): string {
  if (!PLACE.test(page)) throw new Error('docs/outage.md has no comments "recording" and "end of recording"')
  return page.replace(PLACE, (_all, begin: string) => `${begin}${markdown}\n`)
}

/** Writes a recording in Markdown. */
export function resultsOf ({ broken, mended, component, alert, history }: Recording): string {
  return [
    '### The database breaks',
    timesOf(broken),
    '![The status page says that db is down, since when and why. Below it is a strip with the recent statuses of ' +
      'each check.](images/outage.png)',
    'The component at `/z/health/db` two minutes later:',
    json(component),
    'The labels of the firing alert:',
    json(alert),
    '### The database works again',
    timesOf(mended),
    'The history at `/z/history` afterwards:',
    json(history)
  ].join('\n\n')
}

function timesOf (sights: readonly Sight[]): string {
  const rows = sights.map(({ place, shown, seconds }) => `| ${offset(seconds)} | ${place} | ${shown} |`)
  return ['| after | place | shows |', '|---|---|---|', ...rows].join('\n')
}

function json (text: string): string {
  return `<!-- test: none, a recording -->\n\`\`\`json\n${JSON.stringify(JSON.parse(text), undefined, 2)}\n\`\`\``
}
