import { peek, peekKeys, peekMethods } from '../../../base/passive.js'
import type { ElasticsearchClient } from '../../clients/elasticsearch/elasticsearch.js'
import type { Recognizer } from '../recognizer.js'

/** A client of `@elastic/elasticsearch` or `@opensearch-project/opensearch`. */
export const elasticsearchRecognizer: Recognizer = {
  type: 'elasticsearch',
  decorators: { elastic: 'elastic', elasticsearch: 'elasticsearch', opensearch: 'opensearch' },
  classes: ['Client'],
  fits: (value) => peekMethods(value, 'search', 'bulk', 'child', 'close') &&
    peekKeys(value, 'cluster', 'transport', 'connectionPool'),
  // A child uses the connections of its parent.
  parts: (client) => [peek(client, 'connectionPool')],
  async load () {
    const { elasticsearch } = await import('../../clients/elasticsearch/elasticsearch.js')
    return (client) => elasticsearch(client as ElasticsearchClient)
  }
}
