import { readFile } from 'node:fs/promises'
import Fastify from 'fastify'
import t from 'tap'
import Type from 'typebox'
import type { Static } from 'typebox'
import Value from 'typebox/value'
import { parseAllDocuments } from 'yaml'
import { DEFAULT_POLICY } from '../../lib/health/check/options.js'
import management from '../../lib/index.js'
import { readSettings } from '../../lib/options/settings.js'

const Probe = Type.Object({
  httpGet: Type.Object({ path: Type.String(), port: Type.String() }),
  periodSeconds: Type.Integer({ minimum: 1 }),
  timeoutSeconds: Type.Integer({ minimum: 1 }),
  failureThreshold: Type.Integer({ minimum: 1 }),
  successThreshold: Type.Optional(Type.Integer({ minimum: 1 }))
})

const Labels = Type.Record(Type.String(), Type.String())

const Container = Type.Object({
  image: Type.String(),
  ports: Type.Array(Type.Object({ name: Type.String(), containerPort: Type.Integer() })),
  env: Type.Array(Type.Object({
    name: Type.String(),
    value: Type.Optional(Type.String()),
    valueFrom: Type.Optional(Type.Object({ fieldRef: Type.Object({ fieldPath: Type.String() }) }))
  })),
  startupProbe: Probe,
  livenessProbe: Probe,
  readinessProbe: Probe
})

const Deployment = Type.Object({
  apiVersion: Type.Literal('apps/v1'),
  kind: Type.Literal('Deployment'),
  spec: Type.Object({
    selector: Type.Object({ matchLabels: Labels }),
    template: Type.Object({
      metadata: Type.Object({ labels: Labels }),
      spec: Type.Object({ terminationGracePeriodSeconds: Type.Integer(), containers: Type.Tuple([Container]) })
    })
  })
})

const Service = Type.Object({
  apiVersion: Type.Literal('v1'),
  kind: Type.Literal('Service'),
  spec: Type.Object({
    selector: Labels,
    ports: Type.Array(Type.Object({ port: Type.Integer(), targetPort: Type.String() }))
  })
})

const [deployment, service] = await manifests()
const { matchLabels } = deployment.spec.selector
const pod = deployment.spec.template
const [container] = pod.spec.containers
const probes = {
  startup: container.startupProbe,
  liveness: container.livenessProbe,
  readiness: container.readinessProbe
}

await t.test('each probe requests its own endpoint, which exists', async (t) => {
  const fastify = Fastify()
  t.teardown(async () => await fastify.close())
  await fastify.register(management, { prefix: '/z' })
  for (const [kind, { httpGet: { path } }] of Object.entries(probes)) {
    t.equal(path, `/z/health/${kind}`)
    t.equal((await fastify.inject(path)).statusCode, 200, path)
  }
})

await t.test('each probe waits longer than a check may take', (t) => {
  for (const [kind, { timeoutSeconds }] of Object.entries(probes)) {
    t.ok(timeoutSeconds * 1_000 > DEFAULT_POLICY.timeout, kind)
  }
  t.end()
})

await t.test('a probe starts again only after the one before has ended', (t) => {
  for (const [kind, { periodSeconds, timeoutSeconds }] of Object.entries(probes)) {
    t.ok(periodSeconds >= timeoutSeconds, kind)
  }
  t.end()
})

await t.test('the app has a minute to start', (t) => {
  t.equal(probes.startup.periodSeconds * probes.startup.failureThreshold, 60)
  t.end()
})

await t.test('readiness fails before liveness, and a single failure has no effect', (t) => {
  const patience = ({ periodSeconds, failureThreshold }: Static<typeof Probe>): number =>
    periodSeconds * failureThreshold
  t.ok(patience(probes.readiness) < patience(probes.liveness))
  for (const [kind, { failureThreshold }] of Object.entries(probes)) t.ok(failureThreshold > 1, kind)
  t.end()
})

await t.test('liveness and startup succeed at the first success, as Kubernetes demands', (t) => {
  for (const { successThreshold = 1 } of [probes.liveness, probes.startup]) t.equal(successThreshold, 1)
  t.end()
})

await t.test('the pod has time to drain and to close', (t) => {
  const { shutdown } = readSettings(
    { shutdown: true },
    { env: { KUBERNETES_SERVICE_HOST: '10.96.0.1' }, onUnknown: (keys) => t.fail(keys.join()) }
  )
  t.ok(pod.spec.terminationGracePeriodSeconds * 1_000 > (shutdown?.delay ?? 0) + (shutdown?.timeout ?? 0) + 5_000)
  t.end()
})

await t.test('the probes and the service use the port on which the app listens', (t) => {
  const [port] = container.ports
  for (const { httpGet } of Object.values(probes)) t.equal(httpGet.port, port?.name)
  t.same(service.spec.ports.map(({ targetPort }) => targetPort), [port?.name])
  t.equal(variable('PORT')?.value, String(port?.containerPort))
  t.equal(variable('HOST')?.value, '0.0.0.0')
  t.end()
})

await t.test('the deployment and the service select the pods', (t) => {
  t.match(pod.metadata.labels, matchLabels)
  t.match(pod.metadata.labels, service.spec.selector)
  t.end()
})

await t.test('the environment identifies the pod', (t) => {
  const fields = {
    POD_NAME: 'metadata.name',
    POD_NAMESPACE: 'metadata.namespace',
    NODE_NAME: 'spec.nodeName',
    POD_UID: 'metadata.uid'
  }
  for (const [name, field] of Object.entries(fields)) {
    t.equal(variable(name)?.valueFrom?.fieldRef.fieldPath, field, name)
  }
  t.end()
})

await t.test('/version shows the deployed version', (t) => {
  const version = pod.metadata.labels['app.kubernetes.io/version']
  t.equal(variable('VERSION')?.valueFrom?.fieldRef.fieldPath, "metadata.labels['app.kubernetes.io/version']")
  t.ok(container.image.endsWith(`:${version}`))
  t.end()
})

function variable (name: string): Static<typeof Container>['env'][number] | undefined {
  return container.env.find((entry) => entry.name === name)
}

async function manifests (): Promise<[Static<typeof Deployment>, Static<typeof Service>]> {
  const documents = parseAllDocuments(
    await readFile(new URL('../../example/kubernetes/deployment.yaml', import.meta.url), 'utf8')
  )
  const [first, second] = documents.map((document) => {
    if (document.errors.length > 0) throw new AggregateError(document.errors, 'the manifest is not YAML')
    return document.toJS() as unknown
  })
  return [Value.Parse(Deployment, first), Value.Parse(Service, second)]
}
