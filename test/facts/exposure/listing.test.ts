import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketOf, isBucketListing, isFolderListing } from '../../../src/facts/exposure/listing.ts';

it.each([
	['https://a-b.s3.amazonaws.com/x', 'https://a-b.s3.amazonaws.com/'],
	['http://a.b.s3.eu-west-1.amazonaws.com/x', 'https://a.b.s3.eu-west-1.amazonaws.com/'],
	['https://abc.s3-eu-west-1.amazonaws.com/x', 'https://abc.s3-eu-west-1.amazonaws.com/'],
	[
		'https://abc.s3.dualstack.eu-west-1.amazonaws.com/x',
		'https://abc.s3.dualstack.eu-west-1.amazonaws.com/',
	],
	['https://s3.amazonaws.com/abc/x', 'https://s3.amazonaws.com/abc/'],
	['https://s3.eu-west-1.amazonaws.com/abc/x/y', 'https://s3.eu-west-1.amazonaws.com/abc/'],
	['https://storage.googleapis.com/abc/x', 'https://storage.googleapis.com/abc/'],
	['https://abc.storage.googleapis.com/x', 'https://abc.storage.googleapis.com/'],
	[
		'https://abc.blob.core.windows.net/img/x',
		'https://abc.blob.core.windows.net/img?restype=container&comp=list',
	],
	['https://s3.amazonaws.com/abc', null],
	['https://abc.blob.core.windows.net/x', null],
	['https://abc.amazonaws.com/x', null],
	['https://abc.s3.amazonaws.com.example.com/x', null],
	['https://s3.amazonaws.com/A%3B/x', null],
	['https://example.com/abc/x', null],
	['data:image/png;base64,AA', null],
	['not a url', null],
])('the bucket of %s lists at %s', (url, listing) => {
	expect(bucketOf(url, '00')?.listing ?? null).toBe(listing);
});

it('gives names of buckets that a shell leaves alone', () => {
	const host = fc.constantFrom(
		's3.amazonaws.com',
		'storage.googleapis.com',
		'abc.blob.core.windows.net',
	);
	fc.assert(
		fc.property(host, fc.webPath(), fc.string(), (name, path, more) => {
			const bucket = bucketOf(`https://${name}${path}${more}`, '00');
			expect(bucket === null || /^[a-z0-9./-]+$/.test(bucket.name)).toBe(true);
		}),
	);
});

it.each([
	['<title>Index of /a/</title>', true],
	['<TITLE>Index of /</TITLE>', true],
	['<title>Index of books</title>', false],
	['<span class="meta-item"><b>1</b> file</span>', true],
	['<span class="meta-item"><b>one</b> file</span>', false],
	['Index of /', false],
	['<title>Directory Listing For [/a/]</title>', true],
	['<title>Files within public/</title>', true],
	['<title>Files within reach</title>', false],
	['<h1>Directory: /a/</h1>', true],
	['<h2>Directory: /a/</h2>', false],
	['[To Parent Directory]', false],
])('%s lists a folder: %s', (text, expected) => {
	expect(isFolderListing(text)).toBe(expected);
});

it.each([
	['<ListBucketResult xmlns="x">', true],
	['<?xml version="1.0"?>\n<ListBucketResult>', true],
	['<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', false],
	['<html>&lt;ListBucketResult>', false],
	['See <ListBucketResult>', false],
])('%s lists a bucket: %s', (text, expected) => {
	expect(isBucketListing(text)).toBe(expected);
});
