/** What tests of checks need besides `sdk.ts`: a small internet to run them against. */

export { type Lab, type LabOptions, startLab } from './lab/start-lab.ts';
export { loadWorld, type World } from './lab/world.ts';
