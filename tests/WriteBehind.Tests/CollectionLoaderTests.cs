using System.Text;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>Reading rows back: what is whole, what is refused, and what moves while it is read.</summary>
public sealed class CollectionLoaderTests : IDisposable
{
    private const string Key = "ns/c";
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly SqliteFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Collection_that_was_never_saved_is_empty()
    {
        var loaded = await Loader(_file.Rows).Load(Key, None);
        Assert.Empty(loaded.Entries);
        Assert.Equal((0, 0, 0, 0, 0), (loaded.Outline.Sequence, loaded.Outline.LastVersion, loaded.Outline.Count, loaded.Outline.Bytes, loaded.Outline.TombstoneFloor));
    }

    [Fact]
    public async Task Outline_gives_the_totals_without_reading_a_chunk()
    {
        var (rows, model) = await Saved();
        model.Set("one more", "1");
        await NewSaver(rows, (await Loader(rows).Load(Key, None)).Outline.State).Save(model.Snapshot(), None);
        rows.Calls.Clear();
        var outline = await Loader(rows).LoadOutline(Key, None);
        var snapshot = model.Snapshot();
        Assert.Equal(
            (snapshot.Sequence, snapshot.LastVersion, snapshot.Count, snapshot.Bytes, snapshot.TombstoneFloor),
            (outline.Sequence, outline.LastVersion, outline.Count, outline.Bytes, outline.TombstoneFloor));
        Assert.Equal(["read ns/c head", "read ns/c d2", "read ns/c d3"], rows.Calls);
    }

    [Fact]
    public async Task Missing_chunk_is_refused_by_name()
    {
        var (rows, _) = await Saved();
        _file.Query("DELETE FROM OrleansStorage WHERE GrainTypeString = 's1-1'", _ => 0);
        var refused = await Assert.ThrowsAsync<StateDamagedException>(() => Loader(rows).Load(Key, None));
        Assert.Equal($"Row 's1-1' of collection '{Key}' is missing.", refused.Message);
    }

    [Theory]
    [InlineData("head")]
    [InlineData("d1")]
    [InlineData("s1-0")]
    public async Task Row_that_cannot_be_read_is_refused_by_name_and_never_overwritten(string row)
    {
        var (rows, model) = await Saved();
        _file.Query($"UPDATE OrleansStorage SET PayloadBinary = x'7b7b' WHERE GrainTypeString = '{row}'", _ => 0);
        if (row == "d1")
        {
            // The slot of the seal: not read any more until the ring comes round to it.
            await Loader(rows).Load(Key, None);
            return;
        }

        var refused = await Assert.ThrowsAsync<StateDamagedException>(() => Loader(rows).Load(Key, None));
        Assert.StartsWith($"Row '{row}' of collection '{Key}' cannot be read: ", refused.Message, StringComparison.Ordinal);
        rows.Calls.Clear();
        Assert.Equal(row == "head" ? SaveOutcome.Failed : SaveOutcome.UpToDate, (await NewSaver(rows, null).Save(model.Snapshot(), None)).Outcome);
        Assert.DoesNotContain(rows.Calls, c => c.StartsWith("write", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Snapshots_that_another_process_makes_while_we_read_make_us_read_again()
    {
        var (rows, model) = await Saved();
        var reader = new FaultyRows(_file.Rows);
        var writer = NewSaver(rows, (await Loader(rows).Load(Key, None)).Outline.State);
        var moved = 0;
        reader.Delay = async call =>
        {
            // Before the second chunk is read, the head moves on two snapshots, so that its row is written over.
            if (call.EndsWith("-1", StringComparison.Ordinal) && moved++ == 0)
            {
                for (var i = 0; i < 2; i++)
                {
                    Fill(model, (char)('x' + i));
                    Assert.Equal(SaveOutcome.Saved, (await writer.Save(model.Snapshot(), None)).Outcome);
                }
            }
        };
        var loaded = await Loader(reader).Load(Key, None);
        ModelCollection.AssertEqual(model.Snapshot(), loaded);
        Assert.True(moved > 1);
    }

    [Fact]
    public async Task Room_is_made_before_anything_but_the_head_is_read()
    {
        var (rows, model) = await Saved();
        rows.Calls.Clear();
        var told = new List<(long Bytes, int Reads)>();
        await Loader(rows).Load(
            Key,
            saved =>
            {
                told.Add((saved.Bytes, rows.Calls.Count));
                return Task.CompletedTask;
            },
            None);

        Assert.Equal((model.Snapshot().Bytes, 1), told[0]);
        Assert.Equal($"read {Key} head", rows.Calls.First());
        Assert.True(told[^1].Reads < rows.Calls.Count, "All was read before room was made.");
    }

    /// <summary>
    /// A snapshot that was announced before a delta and became current after it: the delta's entries are older than the snapshot, and
    /// what became of them since may have left no tombstone.
    /// </summary>
    [Fact]
    public async Task Delta_that_a_snapshot_overtook_brings_nothing_back()
    {
        var head = new StateHeader
        {
            Kind = StateKind.Head, Writer = "a", Save = 1, Generation = 1, Sequence = 10, LastVersion = 10, TombstoneFloor = 9, Chunks = 1,
        };
        using var writer = new StatePayloadWriter(Key);
        await _file.Rows.Write(Key, "s1-0", writer.Write(head with { Kind = StateKind.Chunk, Chunks = 0 }, [Entry("kept", 10)]), null, None);
        await _file.Rows.Write(Key, "head", writer.Write(head, []), null, None);
        await _file.Rows.Write(
            Key,
            "d2",
            writer.Write(
                new StateHeader { Kind = StateKind.Delta, Writer = "b", Save = 2, Generation = 0, Sequence = 11, Since = 4 },
                [Entry("deleted at 8", 5), Entry("new", 11)]),
            null,
            None);
        var loaded = await Loader(_file.Rows).Load(Key, None);
        Assert.Equal(["kept", "new"], loaded.Entries.Select(e => Encoding.UTF8.GetString(e.Key)));
        Assert.Equal(["kept", "new"], _file.Query("SELECT key FROM entries ORDER BY key", r => r.GetString(0)));
    }

    [Fact]
    public async Task Load_waits_for_the_save_that_an_earlier_activation_has_under_way()
    {
        var rows = new FaultyRows(new MemoryRows());
        var target = new WriteBehindTarget("test", rows, isPrimary: true, TimeSpan.Zero);
        var (reached, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        rows.Delay = call =>
        {
            if (call.StartsWith("write", StringComparison.Ordinal))
            {
                reached.SetResult();
                return answer.Task;
            }

            return Task.CompletedTask;
        };
        var model = new ModelCollection();
        model.Set("k", "1");
        var saver = new CollectionSaver(Key, "w", target, null, long.MaxValue);
        var saving = saver.Save(model.Snapshot(), None);
        await reached.Task;
        saver.Stop();
        var loader = new CollectionLoader(target);
        using var impatient = new CancellationTokenSource();
        var givenUp = loader.Load(Key, impatient.Token);
        var loading = loader.Load(Key, None);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Assert.False(loading.IsCompleted);
        answer.SetResult();
        Assert.Equal(SaveOutcome.Saved, (await saving).Outcome);
        ModelCollection.AssertEqual(model.Snapshot(), await loading);
        Assert.Equal(1, rows.MostInFlight);
    }

    private static StoredEntry Entry(string key, long sequence) => StoredEntry.Create(Encoding.UTF8.GetBytes(key), "1"u8, sequence, sequence, 0);

    /// <summary>A snapshot of several chunks.</summary>
    private async Task<(FaultyRows Rows, ModelCollection Model)> Saved()
    {
        var rows = new FaultyRows(_file.Rows);
        var model = new ModelCollection();
        Fill(model, 'a');
        Assert.Equal(SaveOutcome.Saved, (await NewSaver(rows, null).Save(model.Snapshot(), None)).Outcome);
        return (rows, model);
    }

    private static void Fill(ModelCollection model, char letter)
    {
        for (var i = 0; i < 30; i++)
        {
            model.Set($"k{i}", $"\"{new string(letter, 200)}\"");
        }
    }

    private static WriteBehindTarget Target(IStateRows rows) => new("test", rows, isPrimary: true, TimeSpan.Zero) { ChunkBytes = 2000 };

    private static CollectionLoader Loader(IStateRows rows) => new(Target(rows));

    private static CollectionSaver NewSaver(IStateRows rows, TargetState? state) => new(Key, Guid.NewGuid().ToString(), Target(rows), state, long.MaxValue);
}
