using System.Globalization;
using System.Text;
using EdgeOrleans.Grains.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Local;

/// <summary>Threads that read and write beside turns that settle, come and go.</summary>
public sealed class LocalRaceTests : IAsyncLifetime
{
    private const string Key = "app/race";
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(4);

    private readonly TestDevice _device = new();
    private readonly CancellationTokenSource _end = new();
    private readonly int[] _sent = new int[4];
    private readonly int[] _answered = new int[4];
    private TestSilo _silo = null!;
    private long _readHere;
    private long _writtenHere;
    private long _deactivations;

    private ILocalCollections Local => _silo.Services.GetRequiredService<ILocalCollections>();

    private ICollectionGrain Race => _silo.Collection(Key);

    public async ValueTask InitializeAsync() => _silo = await TestSilo.Start(_device);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
        _end.Dispose();
    }

    [Fact]
    public async Task Every_read_shows_what_was_answered_before_it_and_nothing_that_was_not_sent()
    {
        for (var i = 0; i < _sent.Length; i++)
        {
            await Race.Put($"k{i}", "0");
        }

        Task[] writers = [.. Enumerable.Range(0, _sent.Length / 2).Select(WritePairs), Churn(), ComeAndGo()];
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(ReadOn, TaskCreationOptions.LongRunning)).ToArray();
        _end.CancelAfter(Length);
        await Task.WhenAll([.. writers, .. readers]);

        Assert.InRange(Volatile.Read(ref _deactivations), 2, long.MaxValue);
        Assert.InRange(Volatile.Read(ref _readHere), 1_000, long.MaxValue);
        Assert.InRange(_writtenHere, 10, long.MaxValue);

        await _silo.Kill();
        _silo = await TestSilo.Start(_device);
        for (var i = 0; i < _sent.Length; i++)
        {
            Assert.InRange(Number(await Race.Read($"k{i}")), _answered[i], _sent[i]);
        }
    }

    /// <summary>Two keys get each number by one atomic batch; the first pair without a call, while that is possible.</summary>
    private async Task WritePairs(int pair)
    {
        ILocalCollection? here = null;
        for (var n = 1; !_end.IsCancellationRequested; n++)
        {
            var (one, two) = (2 * pair, (2 * pair) + 1);
            Volatile.Write(ref _sent[one], n);
            Volatile.Write(ref _sent[two], n);
            var batch = new WriteBatch { Atomic = true, Operations = [Set($"k{one}", $"{n}"), Set($"k{two}", $"{n}")] };
            var results = here is null ? null : await here.Apply(batch);
            _writtenHere += results is null ? 0 : 1;

            // As the gateway does, it keeps what it has found until that knows nothing any more.
            here = results is null && pair == 0 ? Local.Find(Key) : here;
            results ??= await Race.Apply(batch);
            Assert.All(results, static result => Assert.Null(result.Refusal));
            Volatile.Write(ref _answered[one], n);
            Volatile.Write(ref _answered[two], n);
        }
    }

    /// <summary>Other keys come and go around them, so that leaves split and merge.</summary>
    private async Task Churn()
    {
        for (var round = 0; !_end.IsCancellationRequested; round++)
        {
            var others = Enumerable.Range(0, 900).Select(i => $"k{i % 4}{(i * 7919) % 1000}");
            await Race.Do(false, [.. others.Select(key => round % 2 == 0 ? Set(key, "0") : Delete(key))]);
        }
    }

    private async Task ComeAndGo()
    {
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(100);
            await _silo.Deactivate();
            _deactivations++;
        }
    }

    private void ReadOn()
    {
        ILocalCollection? here = null;
        var seen = new int[_sent.Length];
        for (var i = 0; !_end.IsCancellationRequested; i = (i + 1) % _sent.Length)
        {
            var answered = Volatile.Read(ref _answered[i]);
            var read = Read(ref here, $"k{i}");
            Assert.InRange(read, Math.Max(answered, seen[i]), Volatile.Read(ref _sent[i]));
            seen[i] = read;

            // An atomic batch is seen as a whole.
            Assert.True(i % 2 == 0 || read >= seen[i - 1]);
        }
    }

    private int Read(ref ILocalCollection? here, string key)
    {
        var entry = default(LocalEntry);
        switch (here?.Read(key, out entry) ?? LocalRead.AskGrain)
        {
            case LocalRead.Found:
                Interlocked.Increment(ref _readHere);
                return Number(Encoding.UTF8.GetString(entry.Value.Span));
            case LocalRead.Absent:
                Assert.Fail($"{key} is not there");
                return 0;
            default:
                here = Local.Find(Key);
                return Number(Race.Read(key).GetAwaiter().GetResult());
        }
    }

    private static int Number(string? text) => int.Parse(text!, CultureInfo.InvariantCulture);
}
