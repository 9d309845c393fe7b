import type { Zone } from '../../../checks/email/_zone.ts';
import { generator } from '../seeded-random.ts';

/** Records of one domain and what lies around it, and deliveries to judge by them. */
export interface SpfWorld {
	readonly domain: string;
	readonly zone: Zone;
	readonly cases: readonly {
		readonly ip: string;
		readonly mailFrom: string;
		readonly helo: string;
	}[];
}

type Records = Record<string, string[]>;

/** Everything is below it, but reverse names. */
const ROOT = 't.test';

/**
 * Valid and nearly valid records with nested includes, redirects, macros, mail hosts, reverse names and
 * limits that are met exactly or overrun. The same for the same number.
 */
export function spfWorld(number: number): SpfWorld {
	return new WorldMaker(number).make();
}

class WorldMaker {
	readonly #random: () => number;
	readonly #number: number;
	readonly #domain: string;
	readonly #zone: Records = {};

	constructor(number: number) {
		this.#number = number;
		this.#random = generator(number * 7_919 + 17);
		this.#domain = `d${number}.${ROOT}`;
	}

	make(): SpfWorld {
		this.#hosts();
		this.#record(this.#domain, 0);
		this.#reverseNames();
		const cases = Array.from({ length: 3 }, () => ({
			ip: this.#one(this.#clients()),
			mailFrom: this.#sender(),
			helo: this.#one([`mail.${this.#domain}`, 'helo.example', `${this.#domain}`, 'bare']),
		}));
		return { domain: this.#domain, zone: this.#zone, cases };
	}

	#one<T>(list: readonly T[]): T {
		return list[Math.floor(this.#random() * list.length)] as T;
	}

	#chance(of: number): boolean {
		return this.#random() < of;
	}

	/** Seldom one of the bad ones, so that most records are evaluated to their end. */
	#mostly<T>(good: readonly T[], bad: readonly T[]): T {
		return this.#one(this.#chance(0.03) ? bad : good);
	}

	#below(most: number): number {
		return Math.floor(this.#random() * (most + 1));
	}

	#client4(last: number): string {
		return `10.${this.#number >> 8}.${this.#number & 255}.${last}`;
	}

	#client6(last: number): string {
		return `2001:db8:${this.#number.toString(16)}::${last}`;
	}

	#clients(): readonly string[] {
		return [1, 2, 3].flatMap((last) => [
			this.#client4(last),
			this.#client6(last),
			`::ffff:${this.#client4(last)}`,
		]);
	}

	#sender(): string {
		const local = this.#one(['user', 'first-last', 'a.b+c', 'Big=Case', '', 'x_y/z', 'q~&"?']);
		const domain = this.#one([this.#domain, this.#domain, this.#domain.toUpperCase()]);
		return this.#chance(0.08) ? '' : `${local}@${domain}`;
	}

	#add(name: string, type: string, ...values: string[]): void {
		const key = `${name} ${type}`;
		this.#zone[key] = [...(this.#zone[key] ?? []), ...values];
	}

	#hosts(): void {
		const at = this.#domain;
		this.#add(`both.${at}`, 'A', this.#client4(1), this.#client4(9));
		this.#add(`both.${at}`, 'AAAA', this.#client6(1));
		this.#add(`four.${at}`, 'A', this.#client4(2));
		this.#add(`six.${at}`, 'AAAA', this.#client6(2));
		this.#add(`other.${at}`, 'A', '192.0.2.200');
		this.#add(`other.${at}`, 'AAAA', '2001:db8:ffff::200');
		this.#add(`alias.${at}`, 'CNAME', `both.${at}`);
		this.#add(`dangling.${at}`, 'CNAME', `gone.${at}`);
		this.#add(`*.ex.${at}`, 'A', '127.0.0.2');
		this.#add(`user.${at}`, 'A', '127.0.0.2');
		this.#add(`nulled.${at}`, 'MX', '0 .');
		if (this.#chance(0.5)) this.#add(at, 'A', this.#client4(1 + this.#below(2)));
		const hosts = this.#one([0, 1, 1, 2, 2, 3, 4, 10, 11]);
		for (let index = 0; index < hosts; index += 1) {
			const host = `m${index}.${at}`;
			this.#add(at, 'MX', `${10 * (index + 1)} ${host}`);
			if (this.#chance(0.9)) this.#add(host, 'A', this.#client4(this.#one([1, 2, 50 + index])));
			if (this.#chance(0.6)) this.#add(host, 'AAAA', this.#client6(this.#one([1, 2, 50 + index])));
		}
		this.#add(`why.${at}`, 'TXT', this.#explanation());
		this.#add(`whytwo.${at}`, 'TXT', 'one', 'two');
	}

	#explanation(): string {
		return this.#one([
			'%{i} may not send for %{s}: see http://%{d}/why?l=%{L}&h=%{H}&o=%{o2r-}',
			'Plain words, %% and%_space%-',
			'%{c} is queried as %{ir}.%{v}.arpa by %{p}',
			'broken %{x}',
			'broken %',
			'not plain \u00e9',
		]);
	}

	#reverseNames(): void {
		for (const last of [1, 2]) {
			const names = [
				`both.${this.#domain}`,
				`four.${this.#domain}`,
				`six.${this.#domain}`,
				'elsewhere.example',
				...Array.from({ length: 9 }, (_, index) => `p${index}.${ROOT}`),
			].slice(0, this.#one([0, 1, 2, 3, 4]));
			for (const reverse of [reverse4(this.#client4(last)), reverse6(this.#client6(last))]) {
				for (const name of names) this.#add(reverse, 'PTR', name);
			}
		}
	}

	#record(name: string, depth: number): void {
		const terms = Array.from({ length: this.#below(depth === 0 ? 7 : 4) }, (_, index) =>
			this.#term(`i${index}.${name}`, depth),
		);
		const end = this.#one(['-all', '~all', '?all', '+all', '', '', `redirect=r.${name}`]);
		if (end.startsWith('redirect') && depth < 3) this.#record(`r.${name}`, depth + 1);
		const exp = this.#one([
			'',
			'',
			` exp=why.${this.#domain}`,
			` exp=whytwo.${this.#domain}`,
			` exp=why.%{o}`,
			` exp=gone.%{d}`,
		]);
		const text = ['v=spf1', ...terms, end].filter(Boolean).join(' ') + exp;
		this.#add(name, 'TXT', this.#chance(0.08) ? this.#bent(text) : text);
		if (this.#chance(0.03)) this.#add(name, 'TXT', this.#one(['v=spf1 -all', 'V=SPF1']));
		if (this.#chance(0.2)) this.#add(name, 'TXT', this.#one(['v=spf10 -all', 'hello', 'v=spf1-']));
	}

	#term(below: string, depth: number): string {
		const sign = this.#one(['', '', '', '+', '-', '~', '?']);
		const kind = this.#random();
		if (kind < 0.22 && depth < 4) {
			const target = this.#one([
				below,
				below,
				below,
				below,
				below,
				below,
				`gone.${this.#domain}`,
				this.#domain,
			]);
			if (target === below) this.#record(below, depth + 1);
			return `${sign}include:${target === below && this.#chance(0.2) ? below.replace(this.#domain, '%{o}') : target}`;
		}
		if (kind < 0.3) return this.#modifier();
		return sign + this.#test(kind);
	}

	#modifier(): string {
		return this.#mostly(
			['moo=cow', 'x-y.z_1=%{s}%%', 'all=1', 'include=x', 'accredit='],
			['exp:x', '-moo=cow', 'x&y=z', '_x=y'],
		);
	}

	#test(kind: number): string {
		const host = () =>
			this.#one([
				'both',
				'both',
				'four',
				'six',
				'alias',
				'other',
				'other',
				'nulled',
				'dangling',
				'gone',
			])
				.concat('.', this.#chance(0.3) ? '%{d}' : this.#domain)
				.concat(this.#chance(0.1) ? '.' : '');
		const target = this.#chance(0.6) ? `:${host()}` : '';
		const dual = this.#mostly(
			['', '', '', '/24', '/32', '/0', '//64', '/24//48', '//0'],
			['/33', '/08', '/', '//129', '/24/48'],
		);
		if (kind < 0.45) return `a${target}${dual}`;
		if (kind < 0.55) return `mx${target}${dual}`;
		if (kind < 0.65) return `ptr${this.#chance(0.5) ? `:${this.#domain}` : ''}`;
		if (kind < 0.77) return `exists:${this.#macroName()}`;
		return this.#network();
	}

	#macroName(): string {
		return this.#mostly(
			[
				'%{i}.ex.%{d}',
				'%{ir}.%{v}.ex.%{o}',
				'%{l}.%{d}',
				'%{l1r-}.ex.%{d2}.%{d}',
				'%{L}.ex.%{d}',
				'%{p}.ex.%{d}',
				'%{h}.ex.%{d}',
				'%{s}.ex.%{d}',
				'%{d4}',
				'%{l2r+-.}.%{d}',
				'%{o}.%{i}.%{ir}.%{o}.%{i}.%{ir}.%{o}.%{h}.%{s}.ex.%{d}',
				'gone.%{d}',
				'%{d}.%_.%-%%',
				'%{lr-=/_,}.ex.%{d3}.%{d}',
				'user.%{o127}',
			],
			['%{d0}', '%{t}.%{d}', '%{d', '%{D-r}.x', '%d.x', '%{d}.1', '%{d}..', 'x%%-'],
		);
	}

	#network(): string {
		return this.#mostly(
			[
				`ip4:${this.#client4(1 + this.#below(3))}`,
				`ip4:${this.#client4(0)}/${this.#one([0, 8, 23, 24, 30, 31, 32])}`,
				`ip6:${this.#client6(1 + this.#below(3))}`,
				`ip6:${this.#client6(0)}/${this.#one([0, 16, 47, 64, 126, 128])}`,
				`ip6:::ffff:${this.#client4(1)}/96`,
				'ip4:192.0.2.0/24',
				'ip6:2001:DB8:ffff::192.0.2.1/120',
			],
			[
				'ip4:192.0.2',
				'ip4:192.0.2.01',
				'ip4:192.0.2.1/33',
				'ip6:::/129',
				'ip6:::1.2.3.04',
				'ip6:192.0.2.1',
				'ip4:%{i}',
				'ip4:',
			],
		);
	}

	/** One slip of the finger. */
	#bent(text: string): string {
		const at = 6 + this.#below(text.length - 6);
		const put = this.#one([
			'',
			'',
			' ',
			'.',
			':',
			'/',
			'%',
			'x',
			'-',
			'=',
			'%{',
			'}',
			'\t',
			'\u00a0',
		]);
		return text.slice(0, at) + put + text.slice(at + (this.#chance(0.5) ? 1 : 0));
	}
}

function reverse4(address: string): string {
	return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
}

/** Of the addresses that are made here: `2001:db8:…::n`. */
function reverse6(address: string): string {
	const [head = '', tail = ''] = address.split('::');
	const groups = head.split(':');
	const zeros = Array.from({ length: 7 - groups.length }, () => '0');
	const digits = [...groups, ...zeros, tail].map((group) => group.padStart(4, '0')).join('');
	return `${[...digits].reverse().join('.')}.ip6.arpa`;
}
