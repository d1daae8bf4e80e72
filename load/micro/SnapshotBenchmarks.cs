using System.Text;
using BenchmarkDotNet.Attributes;
using EdgeOrleans.Grains.Entries;
using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.Load.Micro;

/// <summary>
/// A collection of 100,000 entries: saved as a whole, and what the grain itself does for that, which is all that a client can notice:
/// the freeze, and one copied leaf for the first write to each leaf after it. A page of its keys, too.
/// </summary>
public class SnapshotBenchmarks
{
    private const int Entries = 100_000;
    private const string Key = "default/bench";

    private readonly byte[] _value = Encoding.ASCII.GetBytes($"\"{new string('x', 98)}\"");
    private readonly byte[] _middle = Encoding.ASCII.GetBytes("key-050000");
    private readonly CollectionEntries _entries = new();
    private readonly WriteBehindTarget _target = new("nowhere", new ForgetfulRows(), isPrimary: true, TimeSpan.FromMinutes(5));

    [GlobalSetup]
    public void Fill()
    {
        for (var i = 0; i < Entries; i++)
        {
            _entries.Restore(StoredEntry.Create(Encoding.ASCII.GetBytes($"key-{i:D6}"), _value, i + 1, i + 1, 0));
        }

        _entries.Restored(Entries, Entries, [], 0);
    }

    [Benchmark]
    public CollectionSnapshot Freeze() => _entries.Freeze();

    [Benchmark]
    public void Freeze_and_write_one_entry()
    {
        _entries.Freeze();
        _entries.Replay(StoredEntry.Create(_middle, _value, _entries.Sequence + 1, _entries.LastVersion + 1, 0));
    }

    [Benchmark]
    public Task<SaveResult> Freeze_and_save_all() =>
        new CollectionSaver(Key, "bench", _target, null, 0).Save(_entries.Freeze(), CancellationToken.None);

    [Benchmark]
    public int List_1000_of_100_000() => _entries.List(1000, Entries / 2, [], [], out _).Length;
}
