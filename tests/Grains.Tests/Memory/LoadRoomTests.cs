using EdgeOrleans.Grains.Memory;
using EdgeOrleans.Grains.Tests.Hosting;
using EdgeOrleans.Grains.WriteBehind;
using Microsoft.Extensions.DependencyInjection;
using static EdgeOrleans.Grains.Tests.Hosting.CollectionCalls;

namespace EdgeOrleans.Grains.Tests.Memory;

public sealed class LoadRoomTests : IAsyncLifetime
{
    private const int Keys = 100;
    private readonly TestDevice _device = new();
    private TestSilo _silo = null!;

    private ResidentCollections Residents => _silo.Services.GetRequiredService<ResidentCollections>();

    public async ValueTask InitializeAsync() => _silo = await TestSilo.Start(_device);

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        _device.Dispose();
    }

    [Fact]
    public async Task Load_that_fails_gives_back_the_room_that_it_took()
    {
        var users = _silo.Collection("app/users");
        var value = $"\"{new string('v', 1000)}\"";
        await users.Do(false, Enumerable.Range(0, Keys).Select(i => Set($"k{i}", value)).ToArray());

        // Until the slots of the ring are used up and a snapshot is written.
        for (var save = 0; save <= RowName.SlotCount; save++)
        {
            await users.Put("k0", $"{save}");
            await _silo.Control("app/users").Save(0);
        }

        await _silo.Deactivate();
        Assert.InRange(Residents.Bytes, 0, Keys * 1000);

        _device.Rows.LosesChunks = true;
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await users.Get("k1"));
        Assert.Contains("bad sector", refused.Refusal.Message, StringComparison.Ordinal);
        Assert.InRange(Residents.Bytes, 0, Keys * 1000);
    }

    [Fact]
    public async Task Collection_that_is_being_loaded_for_a_reader_does_not_leave_before_one_used_earlier()
    {
        await _silo.SaveAsChunks("app/read");
        await _silo.Deactivate();
        await Until(() => Residents.Bytes < 2 * ResidentCollections.ActivationBytes);
        await _silo.Collection("app/earlier").Put("k", "1");
        var usedAt = Environment.TickCount64;
        await Until(() => Environment.TickCount64 > usedAt);
        var deactivations = Residents.Deactivations;
        var gate = new TaskCompletionSource();
        _device.Rows.Gate = gate.Task;
        var reader = _silo.Collection("app/read").Get("k1").AsTask();
        await Until(() => _device.Rows.UnderWay > 0);

        Residents.AskToLeave(1);
        gate.SetResult();
        Assert.NotNull(await reader);
        await Until(() => Residents.Deactivations > deactivations);
        _device.Rows.Forget();
        Assert.NotNull(await _silo.Collection("app/read").Get("k2"));
        Assert.Empty(_device.Rows.Reads);
    }

    private static Task Until(Func<bool> condition) => Eventually.Holds(() => Task.FromResult(condition()));
}
