using EdgeOrleans.Silo.Configuration;

namespace EdgeOrleans.Silo.Doctor;

/// <summary>All that was found out about a machine and a data directory.</summary>
internal sealed record Examination
{
    /// <summary>The options that the service would run with.</summary>
    public required ServiceOptions Options { get; init; }

    public required Machine Machine { get; init; }

    /// <summary>Where the data directory lies.</summary>
    public required Mount Mount { get; init; }

    public required bool IsRootReadOnly { get; init; }

    /// <summary>Whether a process has the data directory now.</summary>
    public required bool IsServiceRunning { get; init; }

    /// <summary>Bytes of the file system.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Bytes of it that may still be written.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>Bytes that a journal already has there.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>The device under the file system, where it is one.</summary>
    public BlockDevice? Device { get; init; }

    /// <summary>What was measured; <see langword="null"/> when it could not be.</summary>
    public CardFigures? Card { get; init; }

    /// <summary>Why nothing was measured, as a sentence.</summary>
    public string? CardFault { get; init; }
}
