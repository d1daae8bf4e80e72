using System.Buffers;
using System.Runtime.InteropServices;
using EdgeOrleans.Grains.Collections;
using EdgeOrleans.Grains.Durability;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.Tests.Hosting;
using EdgeOrleans.Grains.Time;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Tests.Collections;

/// <summary>A batch for which memory does not suffice: nothing of it is done, and what comes after it is as if it had never been.</summary>
public sealed class WriterMemoryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-writer-").FullName;
    private readonly FileDisk _disk;
    private readonly FlashJournal _journal;
    private readonly CollectionEntries _entries = new();
    private readonly CollectionWriter _writer;

    public WriterMemoryTests()
    {
        _disk = new FileDisk(_directory);
        _journal = FlashJournal.Open(_disk, new JournalOptions());
        _writer = new CollectionWriter(
            _entries,
            new ResidentCollections(long.MaxValue, TimeProvider.System).Enter(null),
            new JournalCommits(_journal, _journal.OwnerOf("ns/c"), _entries),
            new ServiceClock(0, TimeProvider.System, new TestMachineClock()),
            new CollectionLimits { CollectionBytes = long.MaxValue, MemoryBytes = long.MaxValue, AtomicBytes = int.MaxValue });
    }

    public void Dispose()
    {
        _journal.Dispose();
        _disk.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Batch_that_there_is_no_memory_for_changes_nothing(bool isAtomic)
    {
        Assert.Null(Assert.Single(Judge(false, Set("k", "\"before\""u8.ToArray())).Results).Refusal);
        using var endless = new EndlessMemory();

        var refused = Judge(isAtomic, Set("k", "\"after\""u8.ToArray()), Set("l", endless.Memory));

        Assert.All(refused.Results, static result =>
        {
            Assert.Equal(RefusalCode.Unavailable, result.Refusal!.Code);
            Assert.Contains("nothing was written", result.Refusal.Message, StringComparison.Ordinal);
        });
        Assert.True(refused.IsFinal);

        // In the same group as the first write, which must not have been taken back with the batch.
        Assert.Null(Assert.Single(Judge(false, Set("m", "1"u8.ToArray())).Results).Refusal);
        while (_journal.RunOnce())
        {
        }

        _writer.CatchUp();
        Assert.Equal(["k=\"before\"", "m=1"], new[] { "k", "l", "m" }.Where(Has).Select(key => $"{key}={Read(key)}"));
        Assert.Equal(2, _journal.OwnerOf("ns/c").ReadTail().Count());
    }

    private static Operation Set(string key, ReadOnlyMemory<byte> value) => new() { Kind = OperationKind.Set, Key = key, Value = value };

    private Verdict Judge(bool isAtomic, params Operation[] operations) =>
        _writer.Judge(new WriteBatch { Operations = operations, Atomic = isAtomic }, invalid: null, isRegistered: true, setRefusal: null);

    private bool Has(string key) => _entries.TryGet(System.Text.Encoding.UTF8.GetBytes(key), out _);

    private string Read(string key) =>
        _entries.TryGet(System.Text.Encoding.UTF8.GetBytes(key), out var entry) ? System.Text.Encoding.UTF8.GetString(entry.Value.Span) : "";

    /// <summary>Says that it is longer than any array can be, and has one byte.</summary>
    private sealed class EndlessMemory : MemoryManager<byte>
    {
        private readonly byte[] _byte = new byte[1];

        public override Span<byte> GetSpan() => MemoryMarshal.CreateSpan(ref _byte[0], Array.MaxLength);

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
