import { crc32, deflateRawSync } from 'node:zlib';

export interface MadeRow {
	readonly ip?: string;
	readonly count?: number | string;
	readonly dkim?: string;
	readonly spf?: string;
	readonly disposition?: string;
	readonly from?: string;
	/** `domain selector result`. */
	readonly signed?: readonly string[];
	/** `domain result`. */
	readonly bounced?: readonly string[];
	readonly reasons?: readonly string[];
}

export interface MadeReport {
	readonly org?: string;
	readonly id?: string;
	readonly domain?: string;
	/** Seconds since 1970. */
	readonly begin?: number | string;
	readonly end?: number | string;
	readonly policy?: string;
	readonly rows?: readonly MadeRow[];
}

export const FIRST_DAY = Date.UTC(2029, 10, 1) / 1_000;
export const DAY = 86_400;

/** A report as most receivers write it: RFC 7489 Appendix C. */
export function report(made: MadeReport = {}): string {
	const { org = 'receiver.example', id = 'r1', domain = 'example.com' } = made;
	const { begin = FIRST_DAY, end = FIRST_DAY + DAY, policy = '<p>none</p>', rows = [{}] } = made;
	return `<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata>
    <org_name>${org}</org_name>
    <email>noreply@receiver.example</email>
    <extra_contact_info>https://receiver.example/help</extra_contact_info>
    <report_id>${id}</report_id>
    <date_range><begin>${begin}</begin><end>${end}</end></date_range>
  </report_metadata>
  <policy_published>
    <domain>${domain}</domain><adkim>r</adkim><aspf>r</aspf>${policy}<sp>none</sp><pct>100</pct>
  </policy_published>
${rows.map((row) => recordOf(row, domain)).join('\n')}
</feedback>
`;
}

export function recordOf(row: MadeRow, domain = 'example.com'): string {
	const { ip = '203.0.113.25', count = 1, dkim = 'pass', spf = 'pass' } = row;
	const { disposition = 'none', from = domain, reasons = [] } = row;
	const { signed = [`${domain} s1 ${dkim}`], bounced = [`${domain} ${spf}`] } = row;
	const words = (text: string) => text.split(' ');
	return `  <record>
    <row><source_ip>${ip}</source_ip><count>${count}</count>
      <policy_evaluated><disposition>${disposition}</disposition><dkim>${dkim}</dkim><spf>${spf}</spf>${reasons
				.map(
					(type) =>
						`<reason><type>${type}</type><comment>to a.person@example.net</comment></reason>`,
				)
				.join('')}</policy_evaluated></row>
    <identifiers><envelope_from>${domain}</envelope_from><header_from>${from}</header_from></identifiers>
    <auth_results>${signed
			.map(words)
			.map(
				([d, s, r]) =>
					`<dkim><domain>${d}</domain><selector>${s}</selector><result>${r}</result></dkim>`,
			)
			.join('')}${bounced
			.map(words)
			.map(([d, r]) => `<spf><domain>${d}</domain><scope>mfrom</scope><result>${r}</result></spf>`)
			.join('')}</auth_results>
  </record>`;
}

interface MadeMember {
	readonly name: string;
	readonly content: Buffer;
	/** What the directory says, where that is a lie. */
	readonly size?: number;
	readonly flags?: number;
	readonly method?: number;
	readonly crc?: number;
}

/** A zip archive (PKWARE APPNOTE 4.3), its directory honest or not. */
export function zip(members: readonly MadeMember[], count = members.length): Buffer {
	const locals: Buffer[] = [];
	const entries: Buffer[] = [];
	let offset = 0;
	for (const { name, content, size = content.length, flags = 0, method = 8, crc } of members) {
		const data = method === 8 ? deflateRawSync(content, { level: 9 }) : content;
		const common = Buffer.alloc(26);
		common.writeUInt16LE(20, 0);
		common.writeUInt16LE(flags, 2);
		common.writeUInt16LE(method, 4);
		common.writeUInt32LE(crc ?? crc32(content), 10);
		common.writeUInt32LE(data.length, 14);
		common.writeUInt32LE(size, 18);
		common.writeUInt16LE(Buffer.byteLength(name), 22);
		const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
		const rest = Buffer.alloc(14);
		rest.writeUInt32LE(offset, 10);
		entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, rest, Buffer.from(name)]));
		locals.push(local);
		offset += local.length;
	}
	const directory = Buffer.concat(entries);
	const end = Buffer.alloc(22);
	end.write('PK\x05\x06', 'latin1');
	end.writeUInt16LE(count, 8);
	end.writeUInt16LE(count, 10);
	end.writeUInt32LE(directory.length, 12);
	end.writeUInt32LE(offset, 16);
	return Buffer.concat([...locals, directory, end]);
}

/** A report as it comes by mail: a note for people, and the file in base64. */
export function mail(name: string, content: Buffer, type = 'application/gzip'): Buffer {
	const body = content.toString('base64').replace(/.{76}/g, '$&\r\n');
	return Buffer.from(
		[
			'From: Reporter <noreply@receiver.example>',
			'To: A Person <a.person@example.com>',
			'Subject: Report domain: example.com Submitter: receiver.example Report-ID: r1',
			'MIME-Version: 1.0',
			'Content-Type: multipart/mixed; boundary="outer"',
			'',
			'--outer',
			'Content-Type: multipart/alternative; boundary="inner"',
			'',
			'--inner',
			'Content-Type: text/plain; charset=utf-8',
			'Content-Transfer-Encoding: quoted-printable',
			'',
			'This is an aggregate report=2E',
			'--inner',
			'Content-Type: text/html',
			'',
			'<p>This is an aggregate report.</p>',
			'--inner--',
			'--outer',
			`Content-Type: ${type}; name="${name}"`,
			'Content-Transfer-Encoding: base64',
			`Content-Disposition: attachment; filename="${name}"`,
			'',
			body,
			'--outer--',
			'',
		].join('\r\n'),
	);
}
