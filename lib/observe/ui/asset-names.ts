// The build evaluates this file, so that the routes know the names without the content. Export only JSON.
import { CLIENT, STYLESHEET } from './assets.js'

/** The names of the static parts of the page. */
export const ASSET_NAMES: readonly string[] = [STYLESHEET.name, CLIENT.name]
