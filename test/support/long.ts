/** Whether `npm run test:long` runs, with more rounds in some tests. */
export const isLong = process.env['TEST_LONG'] === '1'
