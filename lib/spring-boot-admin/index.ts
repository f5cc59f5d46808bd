import { springBootAdmin } from '../observe/spring-boot-admin/plugin.js'

export type { SpringBootAdminOptions } from '../observe/spring-boot-admin/options.js'
export { springBootAdmin }

export default springBootAdmin
