// The build evaluates this file and takes in the resulting JSON, so that no app computes hashes. Export only JSON.
import { createHash } from 'node:crypto'
import { SCRIPT } from './script.js'
import { STYLE } from './style.js'

/** A static part of the page. Its name contains the hash of its content, so that browsers may keep it forever. */
const asset = (content: string, type: string, extension: string): { name: string, type: string, content: string } => ({
  name: `${createHash('sha256').update(content).digest('hex').slice(0, 12)}.${extension}`, type, content
})

export const STYLESHEET = asset(STYLE, 'text/css; charset=utf-8', 'css')
export const CLIENT = asset(SCRIPT, 'text/javascript; charset=utf-8', 'js')
