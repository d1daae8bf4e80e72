using EdgeOrleans.Grains.WriteBehind;

namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>
/// Rows whose calls may fail, lose their answer, or hang until the test lets them go; what becomes of each is drawn from a seed.
/// Everything happens on the thread of the test.
/// </summary>
internal sealed class UnreliableRows(MemoryRows rows, Random random) : IStateRows
{
    private readonly List<(Func<Task> Do, TaskCompletionSource Done)> _held = [];

    /// <summary>Whether anything goes wrong at all.</summary>
    public bool IsReliable { get; set; }

    /// <summary>Whether every call fails.</summary>
    public bool IsAway { get; set; }

    public long Epoch => rows.Epoch;

    public int Held => _held.Count;

    public async Task<StateRow> Read(string collectionKey, string row, CancellationToken ct)
    {
        var result = StateRow.None;
        await Call(async () => result = await rows.Read(collectionKey, row, ct));
        return result;
    }

    public async Task<string> Write(string collectionKey, string row, ReadOnlyMemory<byte> payload, string? etag, CancellationToken ct)
    {
        var result = "";
        var copy = payload.ToArray();
        await Call(async () => result = await rows.Write(collectionKey, row, copy, etag, ct));
        return result;
    }

    public async Task<IReadOnlyDictionary<string, long>> ListSaved(CancellationToken ct)
    {
        IReadOnlyDictionary<string, long> result = new Dictionary<string, long>();
        await Call(async () => result = await rows.ListSaved(ct));
        return result;
    }

    public Task MakeDurable(CancellationToken ct) => Call(() => rows.MakeDurable(ct));

    /// <summary>Lets one hanging call return.</summary>
    public async Task Release()
    {
        if (_held.Count > 0)
        {
            var (work, done) = _held[0];
            _held.RemoveAt(0);
            await Finish(work, done);
        }
    }

    /// <summary>The process is killed: what hangs has happened, has not, or happens later; nobody hears of it.</summary>
    /// <param name="mayLandLater">Whether the storage is one that goes on working after its client is gone.</param>
    public async Task Kill(bool mayLandLater)
    {
        foreach (var (work, done) in _held.ToArray())
        {
            switch (random.Next(3))
            {
                case 0:
                    _held.Remove((work, done));
                    break;
                case 1 when mayLandLater:
                    break;
                default:
                    _held.Remove((work, done));
                    await Quietly(work);
                    break;
            }
        }

        for (var i = 0; i < _held.Count; i++)
        {
            _held[i] = (_held[i].Do, new TaskCompletionSource());
        }
    }

    private async Task Call(Func<Task> work)
    {
        if (IsAway)
        {
            throw new IOException("injected: away");
        }

        switch (IsReliable ? 99 : random.Next(30))
        {
            case 0:
                throw new IOException("injected: not done");
            case 1:
                await Quietly(work);
                throw new IOException("injected: answer lost");
            case < 5:
                var done = new TaskCompletionSource();
                _held.Add((work, done));
                await done.Task;
                break;
            default:
                await work();
                break;
        }
    }

    private static async Task Quietly(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (RowConflictException)
        {
        }
    }

    private static async Task Finish(Func<Task> work, TaskCompletionSource done)
    {
        try
        {
            await work();
        }
        catch (Exception e)
        {
            done.SetException(e);
            return;
        }

        done.SetResult();
    }
}
