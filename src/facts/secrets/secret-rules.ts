import type { SecretRule } from './secret-rule.ts';
import { AI } from './secret-rules-ai.ts';
import { CLOUD } from './secret-rules-cloud.ts';
import { FURTHER } from './secret-rules-further.ts';
import { IDENTITY } from './secret-rules-identity.ts';
import { MESSAGING } from './secret-rules-messaging.ts';
import { PAYMENTS } from './secret-rules-payments.ts';
import { PRODUCT } from './secret-rules-product.ts';
import { SOURCE_CONTROL } from './secret-rules-source.ts';
import { TRADES } from './secret-rules-trades.ts';

/** Exact shapes and named tokens of known providers; structures of their own are in the scanner. */
export const PROVIDER_RULES: readonly SecretRule[] = [
	...CLOUD,
	...SOURCE_CONTROL,
	...PAYMENTS,
	...AI,
	...MESSAGING,
	...IDENTITY,
	...PRODUCT,
	...FURTHER,
	...TRADES,
];
