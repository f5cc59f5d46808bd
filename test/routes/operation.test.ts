import t from 'tap'
import { anyAnswer, errorAnswer, jsonAnswer, routeSchema, textAnswer, withAnswers } from '../../lib/routes/operation.js'

await t.test('withAnswers() allows any body if both lists have a code', (t) => {
  const answers = withAnswers({ 200: textAnswer('UP'), 404: textAnswer('DOWN') }, { 404: errorAnswer('no such check') })
  t.same(answers, { 200: textAnswer('UP'), 404: anyAnswer('DOWN, or: no such check') })
  t.end()
})

await t.test('routeSchema() describes each answer without references, for hooks of the app', (t) => {
  const operation = {
    id: 'Health',
    path: '/health',
    summary: 'Health',
    description: 'Runs all checks.',
    responses: { 200: jsonAnswer('UP', 'Health'), 201: textAnswer('text'), 401: anyAnswer('refused') }
  }
  const schema = routeSchema(operation)
  t.match(schema, {
    tags: ['management'],
    summary: 'Health',
    response: {
      200: { description: 'UP', type: 'object', properties: { components: { type: 'object' } } },
      201: { description: 'text', type: 'string' }
    }
  })
  t.same((schema.response as Record<number, object>)[401], { description: 'refused' })
  t.notMatch(JSON.stringify(schema), /\$ref/)
  t.not(routeSchema(operation).response, schema.response, 'a hook changes only its own copy')
  t.end()
})
