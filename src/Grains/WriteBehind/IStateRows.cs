namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>
/// A storage of named rows, each under an ETag: all that the write-behind asks of a storage.
/// A row is written whole or not at all; nothing is promised across rows, except that rows become durable in the order they were written.
/// </summary>
public interface IStateRows
{
    /// <summary>Reads a row. <see cref="StateRow.None"/> when it was never written.</summary>
    /// <param name="collectionKey">The collection, as <c>namespace/collection</c>.</param>
    /// <param name="row">The row's name within the collection.</param>
    /// <param name="ct">Gives up before the call is made; a call once made is always waited for.</param>
    Task<StateRow> Read(string collectionKey, string row, CancellationToken ct);

    /// <summary>
    /// Writes a row under the ETag it is known by, <see langword="null"/> for a row that must not exist, and returns the new ETag.
    /// The payload must not be kept after the call has returned. Any exception but a conflict leaves the outcome unknown:
    /// the row may hold the new payload now or, with a storage that is reached over a network, a moment later.
    /// </summary>
    /// <exception cref="RowConflictException">The row is not under that ETag; nothing was written by this call.</exception>
    /// <exception cref="RowRefusedException">The storage answers, and does not take this row.</exception>
    Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct);

    /// <summary>What <see cref="ListSaved"/> has for a collection that was given to <see cref="KeepAhead"/>.</summary>
    const long AheadForGood = long.MaxValue;

    /// <summary>
    /// All collections that have rows, each with the greatest sequence in its head and its slots: what it is saved through.
    /// One call, whatever their number.
    /// </summary>
    Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct);

    /// <summary>
    /// Takes note, for as long as the storage is this device's, that it knows more of these collections than the device: it holds what
    /// the device has lost, and that must not be forgotten once the device's own changes have outnumbered it.
    /// </summary>
    Task KeepAhead(IReadOnlyCollection<string> collectionKeys, CancellationToken ct) => Task.CompletedTask;

    /// <summary>
    /// Changes when the storage begins anew without rows while the process runs, as when a damaged database is set aside.
    /// What was saved under another epoch is not there any more, whatever the ETags say.
    /// </summary>
    long Epoch { get; }

    /// <summary>What an operator should know of the storage itself, as sentences.</summary>
    IReadOnlyList<string> Warnings => [];

    /// <summary>How the storage stands towards this device.</summary>
    StorageStanding Standing => default;

    /// <summary>How busy the connections are; <see langword="null"/> when the storage's own library measures that.</summary>
    StoragePool? Pool => null;

    /// <summary>Writes something of no meaning, where a storage that answers reads may still take no writes.</summary>
    Task ProveWritable(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Returns once everything written before the call survives a power cut.</summary>
    Task MakeDurable(CancellationToken ct);
}

/// <summary>What a storage that others use too tells of its side.</summary>
/// <param name="Device">The name that this device's rows are stored under there; <see langword="null"/> when it has none.</param>
/// <param name="Refusal">Why it must not be written although it answers; <see langword="null"/> when it may be.</param>
/// <param name="BytesPerSecond">How fast rows were written of late; <see langword="null"/> when that is not known.</param>
public readonly record struct StorageStanding(string? Device, string? Refusal, double? BytesPerSecond);

/// <summary>A row as it was read.</summary>
public readonly struct StateRow(ReadOnlyMemory<byte> payload, string? etag)
{
    /// <summary>A row that is not there.</summary>
    public static StateRow None => default;

    /// <summary>The content; empty when there is no row.</summary>
    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>What the next write must name; <see langword="null"/> when there is no row.</summary>
    public string? ETag { get; } = etag;

    /// <summary>Whether there is no row.</summary>
    public bool IsNone => ETag is null;
}
