/** What tests of checks need besides `sdk.ts`: a small internet, and the house's own judge of checks. */

export { auditLab, type LabAudit } from './audit-lab.ts';
export { judgeExample, verifyCheck } from './engine/verify-check.ts';
export { type Lab, type LabOptions, startLab } from './lab/start-lab.ts';
export { loadWorld, type World } from './lab/world.ts';
