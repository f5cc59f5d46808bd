// Packages that docs/migration.md leaves behind, and that this project does not install.
declare module '@godaddy/terminus'
declare module 'fastify-healthcheck'
declare module 'lightship'
