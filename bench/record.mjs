// Collects what was measured: for each row its samples, or why there are none.

export class Record {
  rows = new Map();
  notes = [];

  /// Declares a row, so that it stands in the table even if nothing can be measured.
  declare(id, what, unit) {
    if (!this.rows.has(id)) this.rows.set(id, { id, what, unit, samples: [] });
  }

  add(id, sample) {
    this.rows.get(id).samples.push(sample);
  }

  fail(id, error) {
    const row = this.rows.get(id);
    row.failed = String(error?.message ?? error).split("\n")[0].replace(/^page\.evaluate: /, "");
    console.error(`  ${row.what}: ${row.failed}`);
  }

  /// Something a reader of the table must know.
  note(text) {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  /// Runs `measure`; what goes wrong fails the rows, and not the whole benchmark.
  async attempt(ids, measure) {
    try {
      await measure();
    } catch (error) {
      for (const id of ids) this.fail(id, error);
    }
  }

  toJSON() {
    return { rows: [...this.rows.values()], notes: this.notes };
  }
}
