namespace EdgeOrleans.Journal
{
public interface IDisk : IDisposable
{   IReadOnlyList<string> List(); IDiskFile Create(string name); IDiskFile Open(string name);
    void Rename(string from, string to); void Remove(string name); void FlushNames(); long FreeBytes { get; } }
public interface IDiskFile : IDisposable { long Length { get; } int Read(Span<byte> buffer, long offset); void Write(ReadOnlySpan<byte> data, long offset); void FlushData(); }
public sealed class DiskFullException(string m) : IOException(m);
}
namespace EdgeOrleans.Grains.WriteBehind
{
public readonly record struct StateRow(ReadOnlyMemory<byte> Payload, string? ETag);
public sealed class RowConflictException(string m) : Exception(m);
public interface IStateRows
{   Task<StateRow> Read(string collectionKey, string row, CancellationToken ct);
    Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct);
    Task MakeDurable(CancellationToken ct); }
}
