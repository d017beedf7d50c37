export type { LeftOut } from './budget.ts';
export { type ReportOptions, type WrittenReport, writeReport } from './write-report.ts';
