using System.Diagnostics;
using System.Text;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>The view <c>entries</c>: what any program that speaks SQL sees.</summary>
public sealed class EntriesViewTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly string[] OddValues =
    [
        "12345678901234567890", "-98765432109876543210", "1.0", "-0", "-0.0", "1e400", "1E-400", "1.50e+3", "0", "9007199254740993",
        "null", "true", "false", "\"\"", "\"plain\"", "\"\\u0000\\n\\\"\\\\\\/\\ud83d\\ude00\"", "\"ü€😀\"", "\"\\ud800\"", "[]", "{}",
        "[1.0,[null,[-0,{}]],\"]\"]", """{"a":1.0,"a":2.00,"":{"value":3,"key":"x"},"value":12345678901234567890}""",
        """{"sequence":99999,"deleted":true,"entries":[{"key":"z"}]}""", new string('[', 60) + new string(']', 60),
    ];

    private readonly SqliteFile _sqlite = new();

    public void Dispose() => _sqlite.Dispose();

    [Theory]
    [InlineData("in deltas")]
    [InlineData("in a snapshot")]
    public async Task Entries_shows_odd_values_digit_by_digit(string where)
    {
        var model = new ModelCollection();
        if (where == "in a snapshot")
        {
            model.Clear();
        }

        for (var i = 0; i < OddValues.Length; i++)
        {
            model.Set($"key {i:00} \"\\é😀%+/", OddValues[i]);
        }

        await Save("names paces+/%€/coll \"'ection", model);
        var shown = _sqlite.Query(
            "SELECT namespace, collection, key, value, version, typeof(value) FROM entries ORDER BY key",
            r => (r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt64(4), r.GetString(5)));
        Assert.Equal(
            OddValues.Select((value, i) => ("names paces+", "%€/coll \"'ection", $"key {i:00} \"\\é😀%+/", value, (i + (where == "in deltas" ? 1L : 2L)) * 10, "text")),
            shown);
    }

    [Fact]
    public async Task Entries_shows_the_current_state_through_deltas_snapshots_and_the_wrap_of_the_ring()
    {
        var random = new Random(5);
        var collections = Enumerable.Range(0, 3).ToDictionary(i => $"ns/c{i}", _ => new ModelCollection { MaxTombstones = 5 });
        var savers = collections.Keys.ToDictionary(key => key, NewSaver);
        for (var round = 0; round < 60; round++)
        {
            foreach (var (key, model) in collections)
            {
                for (var i = random.Next(30); i >= 0; i--)
                {
                    model.Change(random);
                }

                Assert.NotEqual(SaveOutcome.Failed, (await savers[key].Save(model.Snapshot(), None)).Outcome);
            }

            var shown = _sqlite.Query(
                "SELECT namespace || '/' || collection || ' ' || key || ' ' || value || ' ' || version FROM entries", r => r.GetString(0));
            var expected = collections.SelectMany(c => c.Value.Snapshot().Entries().Select(e =>
                $"{c.Key} {Encoding.UTF8.GetString(e.Key)} {Encoding.UTF8.GetString(e.Value.Span)} {e.Version}"));
            Assert.Equal(expected.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Entries_shows_several_chunks_and_not_what_an_unfinished_snapshot_has_written()
    {
        var model = new ModelCollection();
        for (var i = 0; i < 60; i++)
        {
            model.Set($"k{i:00}", $"\"{new string('a', 20_000)}\"");
        }

        var rows = new FaultyRows(_sqlite.Rows);
        var saver = NewSaver("ns/c", rows);
        await saver.Save(model.Snapshot(), None);
        for (var i = 0; i < 60; i++)
        {
            model.Set($"k{i:00}", $"\"{new string('b', 20_000)}\"");
        }

        rows.FateOf = call => call == "write ns/c head" ? Fate.Fails : Fate.Works;
        Assert.Equal(SaveOutcome.Failed, (await saver.Save(model.Snapshot(), None)).Outcome);
        Assert.Equal([("a", 60L)], Letters());
        rows.FateOf = _ => Fate.Works;
        Assert.Equal(SaveOutcome.Saved, (await saver.Save(model.Snapshot(), None)).Outcome);
        Assert.Equal([("b", 60L)], Letters());

        // A smaller snapshot leaves rows of the larger one behind; they are not shown.
        for (var i = 3; i < 60; i++)
        {
            model.Delete($"k{i:00}");
        }

        for (var round = 0; round < 2; round++)
        {
            model.Clear();
            model.Set("k00", "\"c\"");
            await saver.Save(model.Snapshot(), None);
            Assert.Equal([("c", 1L)], Letters());
        }

        List<(string, long)> Letters() =>
            _sqlite.Query("SELECT substr(value, 2, 1), count(*) FROM entries GROUP BY 1", r => (r.GetString(0), r.GetInt64(1)));
    }

    [Fact]
    public async Task Entries_leaves_the_catalog_out()
    {
        var model = new ModelCollection();
        model.Set("c/ns/coll", "{}");
        await Save("/", model);
        Assert.Equal(0L, _sqlite.Query<long>("SELECT count(*) FROM entries"));
        Assert.Single((await new CollectionLoader(Target(_sqlite.Rows)).Load("/", None)).Entries);
    }

    /// <summary>The view is there for other programs, so it has to work in the SQLite that they bring.</summary>
    [Fact]
    public async Task Entries_is_the_same_in_the_command_line_program()
    {
        var model = new ModelCollection();
        for (var i = 0; i < OddValues.Length; i++)
        {
            model.Set($"{i:00}", OddValues[i]);
        }

        await Save("ns/c", model);
        await _sqlite.Rows.MakeDurable(None);
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("sqlite3", [_sqlite.Database.Path, "SELECT value FROM entries ORDER BY key"])
            {
                RedirectStandardOutput = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("The program sqlite3 is not installed.");
            return;
        }

        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(OddValues, output.TrimEnd('\n').Split('\n'));
    }

    private static WriteBehindTarget Target(IStateRows rows) => new("test", rows, isPrimary: true, TimeSpan.Zero);

    private CollectionSaver NewSaver(string key) => NewSaver(key, _sqlite.Rows);

    private static CollectionSaver NewSaver(string key, IStateRows rows) => new(key, Guid.NewGuid().ToString(), Target(rows), null, long.MaxValue);

    private async Task Save(string key, ModelCollection model) =>
        Assert.Equal(SaveOutcome.Saved, (await NewSaver(key).Save(model.Snapshot(), None)).Outcome);
}
