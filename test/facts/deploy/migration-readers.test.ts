import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alembicMigration } from '../../../src/facts/deploy/alembic-migration.ts';
import { djangoMigration } from '../../../src/facts/deploy/django-migration.ts';
import { ectoMigration } from '../../../src/facts/deploy/ecto-migration.ts';
import { laravelMigration } from '../../../src/facts/deploy/laravel-migration.ts';
import { railsMigration } from '../../../src/facts/deploy/rails-migration.ts';
import { sqlMigration } from '../../../src/facts/deploy/sql-migration.ts';

const READERS = {
	alembicMigration,
	djangoMigration,
	ectoMigration,
	laravelMigration,
	railsMigration,
	sqlMigration,
};

/** Beginnings that ask for an end which never comes. */
const OPENINGS = [
	'    change_table :a do |t|\n',
	'    alter table(:a) do\n',
	'    create index(:a, [\n',
	"        Schema::table('a', function ($table) {\n",
	'public function up(): void {\n',
	'    op.create_index("a", (\n',
	'    with op.batch_alter_table("a") as batch_op:\n        batch_op.drop_column("a")\n',
	'state_operations = [\n',
	'migrations.AddIndex(model_name="a", index=(\n',
	'execute <<~SQL\n',
	'RunSQL("""\n',
	'CREATE TABLE a (\n',
	'$$ /* \' "',
];

describe.each(Object.entries(READERS))('%s', (_, read) => {
	test('reads any text, with lines that are there', () => {
		const word = fc.constantFrom(
			...OPENINGS,
			...'(){}[]"\'`,;:\n#=',
			'end',
			'def down',
			'add_index :a, :b',
		);
		const text = fc.array(fc.oneof(word, fc.string())).map((parts) => parts.join(''));
		fc.assert(
			fc.property(text, (source) => {
				const lines = source.split('\n').length;
				for (const { line } of read(source).operations) {
					expect(line).toBeGreaterThanOrEqual(1);
					expect(line).toBeLessThanOrEqual(lines);
				}
			}),
		);
	});

	test.each(OPENINGS)('ends in time on %j again and again', (opening) => {
		const began = performance.now();
		read(opening.repeat(Math.ceil(100_000 / opening.length)));
		expect(performance.now() - began).toBeLessThan(5_000);
	});
});
