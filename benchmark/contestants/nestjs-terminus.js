// Calls the decorators as functions, because Node.js does not support decorator syntax.
import 'reflect-metadata'
import { Controller, Get, Inject, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus'
import { HOST, check, listensOn } from './contestant.js'

class HealthController {
  constructor (health) {
    this.health = health
  }

  async look () {
    const checks = check === undefined ? [] : [async () => await check() && { check: { status: 'up' } }]
    return await this.health.check(checks)
  }
}
class AppModule {}

const look = Object.getOwnPropertyDescriptor(HealthController.prototype, 'look')
Get('health')(HealthController.prototype, 'look', look)
HealthCheck()(HealthController.prototype, 'look', look)
Inject(HealthCheckService)(HealthController, undefined, 0)
Controller()(HealthController)
Module({ imports: [TerminusModule], controllers: [HealthController] })(AppModule)

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false })
await app.listen(0, HOST)
listensOn(app.getHttpServer().address().port, '/health')
