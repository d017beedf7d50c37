import { Subject } from 'rxjs';
import { messageOf } from './errors.ts';
import type { EventLog } from './event-log.ts';
import type { NewEvent, RunEvent } from './events.ts';

/** Where a run's events come together: each gets its time, goes into the log and to who listens. */
export class EventBus {
  readonly events = new Subject<RunEvent>();
  private logFailed = false;

  constructor(private readonly log: EventLog) {}

  emit(event: NewEvent): void {
    const timed = { time: Date.now(), ...event } as RunEvent;
    const written = this.log.append(timed);
    this.events.next(timed);
    if (written) this.logFailed = false;
    else if (!this.logFailed) {
      this.logFailed = true;
      this.say('error', `events.jsonl cannot be written: ${messageOf(this.log.failure)}; the run goes on`);
    }
  }

  say(level: 'info' | 'warning' | 'error', message: string): void {
    this.emit({ kind: 'log', level, message });
  }
}
