/** Pairs of letters that English and the names in code are full of. */
const COMMON_PAIRS: ReadonlySet<string> = new Set(
	(
		'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ' +
		'ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ' +
		'ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt oc fa ' +
		'ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug ds lt pi rc rr eg au ck ew mu br bi pt ak pu ui rg ib tl ny ki rk ys'
	).split(' '),
);

/**
 * How much a value looks as if a generator had made it: positive for yes. A small logistic model over
 * entropy, kinds of characters, how often the kind changes, and how wordlike its letters are.
 */
export function randomness(value: string): number {
	const kinds = [...value].map(kindOf);
	const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
	const hasDigit = kinds.includes(2) ? 1 : 0;
	return (
		2 * (entropy(value) - 2.5) +
		0.9 * hasDigit +
		0.7 * (new Set(kinds).size - 1) +
		3 * (changes / Math.max(1, value.length - 1)) +
		0.05 * Math.min(40, value.length) -
		5 * wordlikeness(value) -
		5
	);
}

/** Bits a character (Shannon). */
function entropy(value: string): number {
	const counts = new Map<string, number>();
	for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
	let bits = 0;
	for (const count of counts.values()) {
		const share = count / value.length;
		bits -= share * Math.log2(share);
	}
	return bits;
}

function kindOf(character: string): number {
	if (character >= 'a' && character <= 'z') return 0;
	if (character >= 'A' && character <= 'Z') return 1;
	if (character >= '0' && character <= '9') return 2;
	return 3;
}

/** Share of pairs of letters that are common ones; digits of hex form no words. */
function wordlikeness(value: string): number {
	if (/^[0-9a-f:/.-]+$/i.test(value) && /\d/.test(value)) return 0;
	const lower = value.toLowerCase();
	let pairs = 0;
	let common = 0;
	for (let index = 1; index < lower.length; index++) {
		const pair = lower.slice(index - 1, index + 1);
		if (!/^[a-z]{2}$/.test(pair)) continue;
		pairs++;
		if (COMMON_PAIRS.has(pair)) common++;
	}
	return pairs === 0 ? 0 : common / pairs;
}
