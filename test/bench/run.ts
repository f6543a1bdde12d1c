// `npm run bench`: medians over several runs, each compared with a baseline of the same run. Needs a PostgreSQL: BENCH_DATABASE_URL,
// else TEST_DATABASE_URL; without one only the slot core and the pages are measured. Prints the table of docs/benchmarks.md.
import { cpus } from 'node:os'
import { benchBookings } from './booking.ts'
import { benchCapacity } from './capacity.ts'
import { benchCallbacks } from './callbacks.ts'
import { benchContactScreen, benchRecognition } from './contact.ts'
import { benchPeers } from './peers.ts'
import { benchReminders } from './reminders.ts'
import { benchGrowth } from './growth.ts'
import { makeFixture } from './fixture.ts'
import { benchHostile } from './hostile.ts'
import { benchPages } from './pages.ts'
import { benchRush } from './rush.ts'
import { benchSlotCore } from './slot-core.ts'
import { benchSlots } from './slots-http.ts'
import { benchTeam } from './team.ts'
import { report, type Row } from './tools.ts'

const url = process.env.BENCH_DATABASE_URL ?? process.env.TEST_DATABASE_URL
const only = process.argv[2]
const wants = (name: string): boolean => only === undefined || only === name
const rows: Row[] = []
if (wants('core')) rows.push(...benchSlotCore())
if (wants('pages')) rows.push(...(await benchPages()))
if (wants('contact')) rows.push(...(await benchContactScreen()))
if (url) {
  for (const [name, bench] of [
    ['slots', benchSlots],
    ['bookings', benchBookings],
    ['reminders', benchReminders],
    ['team', benchTeam],
    ['recognition', benchRecognition],
    ['capacity', benchCapacity],
    ['hostile', benchHostile],
    ['rush', benchRush],
    ['growth', benchGrowth],
  ] as const) {
    // These take a quarter of an hour each: only if asked for.
    if (!wants(name) || (['rush', 'growth'].includes(name) && only === undefined)) continue
    const fixture = await makeFixture(url)
    try {
      rows.push(...(await bench(fixture)))
    } finally {
      await fixture.drop()
    }
  }
  if (wants('callbacks')) rows.push(...(await benchCallbacks(url)))
  if (wants('peers')) rows.push(...(await benchPeers(url)))
} else process.stderr.write('no BENCH_DATABASE_URL: slot core and pages alone\n')
process.stdout.write(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]!.model}, Node ${process.version}\n\n${report(rows)}\n`,
)
