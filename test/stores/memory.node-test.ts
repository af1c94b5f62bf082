import { test } from 'node:test';
import { memoryStore } from '../../src/index.ts';
import { storeContract } from '../../src/testing/index.ts';

// Run by memory.test.ts, in a process of its own.
for (const { name, run } of storeContract(memoryStore, { leases: false })) await test(name, run);
