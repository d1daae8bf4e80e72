using EdgeOrleans.Grains.Time;
using EdgeOrleans.Grains.WriteBehind;
using EdgeOrleans.Journal;

namespace EdgeOrleans.Grains.Tests.Hosting;

/// <summary>What survives a restart: the card, the storage, and the clock of the machine.</summary>
internal sealed class TestDevice : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("edgeorleans-grains-").FullName;

    public TestDevice() => Targets = () => [new WriteBehindTarget("memory", Rows, isPrimary: true, TimeSpan.FromMinutes(5))];

    public TestRows Rows { get; } = new();

    public LimitsOptions Limits { get; init; } = new();

    public WritesOptions Writes { get; init; } = new();

    public JournalOptions Journal { get; init; } = new() { SegmentBytes = 4 * 1024 * 1024, ReserveBytes = 0 };

    /// <summary>Where collections are saved; <see cref="Rows"/> unless set.</summary>
    public Func<IReadOnlyList<WriteBehindTarget>> Targets { get; set; }

    /// <summary>Whether collections are saved without a test asking for it.</summary>
    public bool SavesByItself { get; init; }

    public TestMachineClock Clock { get; } = new();

    public FileInfo[] Files => new DirectoryInfo(_directory).GetFiles();

    public TestDisk Insert() => new(_directory);

    public GrainsSetup Setup(FlashJournal journal) => new()
    {
        Journal = journal,
        Limits = Limits,
        Writes = Writes,
        Targets = _ => Targets(),
        ClockSource = Clock,
        SystemClock = Clock,
    };

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}

/// <summary>The machine's clock, set apart from the true time by an offset.</summary>
internal sealed class TestMachineClock : TimeProvider, IClockSource
{
    public TimeSpan Offset { get; set; }

    public bool IsSynchronised { get; set; } = true;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
