/** Whether tests that can run for longer do so: `npm run test:long`. */
export const isLong = process.env['TEST_LONG'] === '1'
