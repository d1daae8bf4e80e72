using EdgeOrleans.ServiceHarness;

namespace EdgeOrleans.Endurance.Tests.Kill;

/// <summary>When a round ends.</summary>
internal enum KillMoment
{
    /// <summary>After some writes were acknowledged, and a little later.</summary>
    WhileWriting,

    /// <summary>When a delete of a namespace or collection has been sent.</summary>
    WhileDeleting,

    /// <summary>While what the journal holds is saved, which a start begins with.</summary>
    SoonAfterStart,

    /// <summary>When a row has been written to the database, perhaps the first of a snapshot.</summary>
    WhileSaving,

    /// <summary>When a chunk of a snapshot has been written, and its head not yet.</summary>
    WhileSnapshotting,

    /// <summary>Not at all: SIGTERM instead, so that clean closes are among what kills come after.</summary>
    Never,
}

/// <summary>What a round does, all of it by the seed: options that differ from round to round, and when it ends.</summary>
internal sealed record KillPlan
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    /// <summary>Small sizes and intervals, so that segments change and collections are saved all the time.</summary>
    public required ServiceSetup Setup { get; init; }

    public required KillMoment Moment { get; init; }

    /// <summary>Writes to be acknowledged before the end is near.</summary>
    public required long Writes { get; init; }

    /// <summary>From there to the signal.</summary>
    public required TimeSpan Delay { get; init; }

    public static KillPlan Draw(Random random, bool inSnapshot)
    {
        var moment = inSnapshot ? KillMoment.WhileSnapshotting : random.Next(10) switch
        {
            < 3 => KillMoment.WhileWriting,
            < 5 => KillMoment.WhileDeleting,
            < 6 => KillMoment.SoonAfterStart,
            < 9 => KillMoment.WhileSaving,
            _ => KillMoment.Never,
        };

        // Segments hold 40 or 64 of the smallest frames.
        var segmentBytes = random.Next(4) == 0 ? 256 * KiB : 160 * KiB;
        var maxBytes = random.Next(3) switch { 0 => 2 * MiB, 1 => 4 * MiB, _ => 16 * MiB };
        var saveAfterMs = moment is KillMoment.WhileSaving or KillMoment.WhileSnapshotting ? 10 : random.Next(4) switch { 0 => 300_000, 1 => 400, _ => 10 };
        return new KillPlan
        {
            Setup = new ServiceSetup()
                .With("Limits:ValueBytes", "1024")
                .With("Journal:SegmentBytes", $"{segmentBytes}")
                .With("Journal:MaxBytes", $"{maxBytes}")
                .With("WriteBehind:SaveAfterMs", $"{saveAfterMs}"),
            Moment = moment,
            Writes = moment == KillMoment.SoonAfterStart ? random.Next(50) : (long)(40 * Math.Pow(2, random.NextDouble() * 6)),
            Delay = TimeSpan.FromMilliseconds(random.NextDouble() * moment switch
            {
                KillMoment.WhileSnapshotting => 0,
                KillMoment.WhileDeleting or KillMoment.WhileSaving => 6,
                _ => 60,
            }),
        };
    }
}
