using System.Text;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>Groups of changes that are saved one by one, and the collection written whole between them.</summary>
public sealed class CommitterTests
{
    private const string Key = "ns/c";

    private readonly FaultyRows _rows = new(new MemoryRows());
    private readonly CollectionEntries _entries = new();
    private readonly WriteBehindTarget _target;
    private long _position;

    public CommitterTests() => _target = new WriteBehindTarget("test", _rows, isPrimary: true, TimeSpan.Zero)
    {
        ChunkBytes = 200,
        SlotCount = 16,
        ReadsAtOnce = 3,
        TakesEveryWrite = true,
    };

    [Fact]
    public async Task Every_step_leaves_what_was_committed_also_while_the_collection_is_written_whole()
    {
        var committer = await Open();
        for (var i = 0; i < 100; i++)
        {
            await Commit(committer, i % 7 == 0 ? () => Delete($"k{i % 5}") : () => Set($"k{i % 13}", $"\"{i} {new string('x', i)}\""));
            await AssertSaved();
            if (committer.IsSnapshotDue)
            {
                await committer.BeginSnapshot(_entries.Freeze());
                await AssertSaved();
            }
            else if (committer.HasWork)
            {
                await committer.Step();
                await AssertSaved();
            }
        }

        Assert.Contains(_rows.Calls, static call => call == $"write {Key} head");
    }

    [Fact]
    public async Task Clear_is_committed_as_a_state_without_what_it_removes()
    {
        var committer = await Open();
        await Fill(committer, 20);
        await Commit(committer, () => _entries.StageClear(_entries.LastVersion));
        await AssertSaved();
        Assert.Equal(0, _entries.Count);
        await Commit(committer, () => Set("k", "1"));
        await AssertSaved();
    }

    [Fact]
    public async Task Row_that_was_left_over_and_came_into_use_again_is_not_emptied()
    {
        var committer = await Open();
        await Fill(committer, 20);
        await WriteWhole(committer);
        await Commit(committer, () => _entries.StageClear(_entries.LastVersion));
        Assert.True(committer.HasWork);
        await Fill(committer, 6);

        await WriteWhole(committer);

        await AssertSaved();
    }

    [Fact]
    public async Task Seal_whose_answer_was_lost_does_not_hide_what_another_has_saved_after_it()
    {
        var committer = await Open();
        await Fill(committer, 3);
        _rows.FateOf = static call => call == $"write {Key} d4" ? Fate.LosesTheAnswer : Fate.Works;
        await Assert.ThrowsAsync<IOException>(() => committer.BeginSnapshot(_entries.Freeze()));
        _rows.FateOf = static _ => Fate.Works;
        Assert.True(await committer.IsCurrent());

        var other = await Open();
        var changes = Pending(() => Set("other", "1"));
        await other.Commit(changes);

        Assert.False(await committer.IsCurrent());
        Assert.True(await other.IsCurrent());
        await Assert.ThrowsAsync<ForeignWriterException>(() => committer.Commit(changes));
    }

    [Fact]
    public async Task Seal_found_in_the_last_slot_is_current_until_whoever_wrote_it_goes_on()
    {
        var sealing = await FillRingWithSeals();
        var reader = await Open();
        Assert.True(await reader.IsCurrent());

        while (sealing.HasWork)
        {
            await sealing.Step();
        }

        Assert.True(await reader.IsCurrent());
        await Commit(sealing, () => Set("k", "1"));
        Assert.False(await reader.IsCurrent());
    }

    [Fact]
    public async Task Seal_in_the_last_slot_that_another_has_taken_over_is_not_current()
    {
        await FillRingWithSeals();
        var reader = await Open();

        await (await Open()).BeginSnapshot(_entries.Freeze());

        Assert.False(await reader.IsCurrent());
    }

    [Fact]
    public async Task Emptied_slot_whose_answer_was_lost_is_not_taken_for_somebody_elses()
    {
        var committer = await Open();
        await Fill(committer, 20);
        await WriteWhole(committer);
        await Commit(committer, () => _entries.StageClear(_entries.LastVersion));
        _rows.FateOf = static call => call.StartsWith($"write {Key} d", StringComparison.Ordinal) ? Fate.LosesTheAnswer : Fate.Works;
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (committer.HasWork)
            {
                await committer.Step();
            }
        });
        _rows.FateOf = static _ => Fate.Works;

        await Commit(committer, () => Set("k", "1"));

        await AssertSaved();
    }

    [Fact]
    public async Task Group_whose_answer_was_lost_is_saved_once()
    {
        var committer = await Open();
        await Fill(committer, 3);
        _rows.FateOf = static call => call == $"write {Key} d4" ? Fate.LosesTheAnswer : Fate.Works;
        var changes = Pending(() => Set("k1", "\"lost\""));
        await Assert.ThrowsAsync<IOException>(() => committer.Commit(changes));
        _rows.FateOf = static _ => Fate.Works;

        await committer.Commit(changes);

        _entries.Settle(_position);
        await AssertSaved();
        Assert.DoesNotContain($"write {Key} d5", _rows.Calls);
    }

    private async Task<CollectionCommitter> Open() =>
        new(Key, _target, (await new CollectionLoader(_target).LoadOutline(Key, CancellationToken.None)).State);

    private async Task Fill(CollectionCommitter committer, int keys)
    {
        for (var i = 0; i < keys; i++)
        {
            await Commit(committer, () => Set($"k{i}", $"\"{new string('x', 60)}\""));
            if (committer.IsFull)
            {
                await WriteWhole(committer);
            }
        }
    }

    /// <summary>One activation after the other begins to write the collection whole, and goes.</summary>
    private async Task<CollectionCommitter> FillRingWithSeals()
    {
        var committer = await Open();
        await Fill(committer, 3);
        for (var save = 4; save <= _target.SlotCount; save++)
        {
            committer = await Open();
            await committer.BeginSnapshot(_entries.Freeze());
        }

        Assert.Contains($"write {Key} d0", _rows.Calls);
        return committer;
    }

    private async Task WriteWhole(CollectionCommitter committer)
    {
        await committer.BeginSnapshot(_entries.Freeze());
        while (committer.HasWork)
        {
            await committer.Step();
        }
    }

    private async Task Commit(CollectionCommitter committer, Action stage)
    {
        var changes = Pending(stage);
        if (_entries.HasPending)
        {
            await committer.Commit(changes);
            _entries.Settle(_position);
        }
    }

    private CollectionChanges Pending(Action stage)
    {
        stage();
        _entries.Accept(++_position);
        return _entries.PendingThrough(_position);
    }

    private void Set(string key, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        var replaced = _entries.TryGet(bytes, out var old) ? old.Bytes : 0;
        _entries.Stage(StoredEntry.Create(bytes, Encoding.UTF8.GetBytes(value), _entries.Sequence + 1, _entries.NextVersion(0), 0), replaced);
    }

    private void Delete(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        if (_entries.TryGet(bytes, out var old))
        {
            _entries.Stage(StoredEntry.CreateTombstone(bytes, _entries.Sequence + 1, _entries.NextVersion(0)), old.Bytes);
        }
    }

    private async Task AssertSaved()
    {
        var loaded = await new CollectionLoader(_target).Load(Key, CancellationToken.None);
        var expected = _entries.Freeze();
        Assert.Equal(expected.Entries().Select(Text), loaded.Entries.Select(Text));
        Assert.Equal(
            (expected.Sequence, expected.LastVersion, expected.Count, expected.Bytes),
            (loaded.Outline.Sequence, loaded.Outline.LastVersion, loaded.Outline.Count, loaded.Outline.Bytes));
        var outline = await new CollectionLoader(_target).LoadOutline(Key, CancellationToken.None);
        Assert.Equal((expected.Count, expected.Bytes), (outline.Count, outline.Bytes));
    }

    private static string Text(StoredEntry entry) =>
        $"{Encoding.UTF8.GetString(entry.Key)}@{entry.Version}={Encoding.UTF8.GetString(entry.Value.Span)}";
}
