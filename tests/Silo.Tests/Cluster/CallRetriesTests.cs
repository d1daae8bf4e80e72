using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace EdgeOrleans.Silo.Tests.Cluster;

public sealed class CallRetriesTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    // Orleans alone makes them.
    private static readonly Exception Rejection = (Exception)RuntimeHelpers.GetUninitializedObject(typeof(OrleansMessageRejectionException));

    private static readonly Refusal Moving = new(RefusalCode.Overtaken, "moving");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Rejected_call_is_made_again_until_it_is_carried_out()
    {
        var call = new Call(InvokeMethodOptions.None, Rejection, Rejection, null);
        await Run(call);
        Assert.Equal(3, call.Made);
    }

    [Fact]
    public async Task Call_that_is_rejected_for_ever_fails_after_eight_seconds()
    {
        var call = new Call(InvokeMethodOptions.None, Rejection);
        var began = _time.GetTimestamp();
        Assert.Same(Rejection, await Run(call));
        Assert.InRange(_time.GetElapsedTime(began), Limit - TimeSpan.FromSeconds(1), Limit);
    }

    [Theory]
    [InlineData(InvokeMethodOptions.ReadOnly, 2)]
    [InlineData(InvokeMethodOptions.None, 1)]
    public async Task Call_that_may_have_been_carried_out_is_repeated_only_when_it_reads(InvokeMethodOptions options, int times)
    {
        var call = new Call(options, new SiloUnavailableException(), null);
        await Run(call);
        Assert.Equal(times, call.Made);
    }

    [Theory]
    [InlineData(InvokeMethodOptions.ReadOnly, false, 2)]
    [InlineData(InvokeMethodOptions.None, false, 2)]
    [InlineData(InvokeMethodOptions.ReadOnly, true, 2)]
    [InlineData(InvokeMethodOptions.None, true, 1)]
    public async Task Client_repeats_a_write_unless_a_connection_broke_because_then_the_rejection_may_be_of_a_call_sent_twice(
        InvokeMethodOptions options, bool breaks, int times)
    {
        var (gateways, connection) = await Connected();
        var call = new Call(options, Rejection, null) { WhileUnderWay = breaks ? connection.Abort : static () => { } };
        await Run(call, gateways);
        Assert.Equal(times, call.Made);
    }

    [Fact]
    public async Task Connection_that_has_ended_counts_for_the_calls_before_and_not_for_those_after()
    {
        var (gateways, connection) = await Connected();
        var before = gateways.Ended;
        Assert.False(gateways.HaveBrokenSince(before));

        connection.Abort();
        Assert.True(gateways.HaveBrokenSince(before));
        await connection.Served;
        Assert.True(gateways.HaveBrokenSince(before));
        Assert.False(gateways.HaveBrokenSince(gateways.Ended));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task Client_asks_again_when_the_collection_is_moving_unless_the_write_may_have_been_sent_twice(bool breaks, int times)
    {
        var (gateways, connection) = await Connected();
        var refusals = new WriteResult[] { Refused(RefusalCode.InvalidParams), Refused(RefusalCode.Overtaken) };
        var call = new Call(InvokeMethodOptions.None, refusals, null) { WhileUnderWay = breaks ? connection.Abort : static () => { } };
        await Run(call, gateways);
        Assert.Equal(times, call.Made);

        var read = new Call(InvokeMethodOptions.ReadOnly, new RefusedException(Moving), null);
        await Run(read, gateways);
        Assert.Equal(2, read.Made);
    }

    [Fact]
    public async Task Batch_of_which_a_part_was_done_is_not_made_again()
    {
        var (gateways, _) = await Connected();
        var call = new Call(InvokeMethodOptions.None, new WriteResult[] { new(null, 7, false), Refused(RefusalCode.Overtaken) }, null);
        await Run(call, gateways);
        Assert.Equal(1, call.Made);
    }

    [Fact]
    public async Task Silo_leaves_it_to_its_own_callers_to_ask_again()
    {
        var call = new Call(InvokeMethodOptions.None, new WriteResult[] { Refused(RefusalCode.Overtaken) }, null);
        await Run(call);
        Assert.Equal(1, call.Made);
    }

    [Fact]
    public void Client_of_the_package_tries_again()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(static client => client.UseEdgeOrleans());
        var filter = Assert.Single(builder.Services, static service => service.ServiceType == typeof(IOutgoingGrainCallFilter));
        Assert.NotNull(Assert.IsType<CallRetries>(filter.ImplementationInstance).Gateways);
    }

    [Fact]
    public async Task Time_out_and_what_a_grain_throws_are_left_alone()
    {
        foreach (var fault in new Exception[] { new TimeoutException(), new RefusedException(new Refusal(RefusalCode.Unavailable, "no")), new RefusedException(Moving), new InvalidOperationException() })
        {
            var call = new Call(InvokeMethodOptions.ReadOnly, fault, null);
            await Run(call);
            Assert.Equal(1, call.Made);
        }
    }

    [Fact]
    public async Task Orleans_own_calls_are_left_alone()
    {
        var call = new Call(InvokeMethodOptions.None, Rejection, null) { TargetId = GrainId.Create(GrainType.Create("sys.svc.test"), "1") };
        await Run(call);
        Assert.Equal(1, call.Made);
    }

    private static WriteResult Refused(RefusalCode code) => new(new Refusal(code, "no"), 0, false);

    /// <summary>A client with two gateways.</summary>
    private static async Task<(GatewayConnections Gateways, Connection One)> Connected()
    {
        var gateways = new GatewayConnections();
        var (one, other) = (new Connection(gateways), new Connection(gateways));
        await Task.WhenAll(one.Opened, other.Opened);
        return (gateways, one);
    }

    /// <returns>How it failed, if it did.</returns>
    private async Task<Exception?> Run(Call call, GatewayConnections? gateways = null)
    {
        var running = new CallRetries(_time) { Gateways = gateways }.Invoke(call);
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        return running.Exception?.InnerException;
    }

    /// <summary>A call that ends one way after the other, and for good the last way.</summary>
    private sealed class Call(InvokeMethodOptions options, params object?[] ends) : IOutgoingGrainCallContext
    {
        public int Made { get; private set; }

        public Action WhileUnderWay { get; init; } = static () => { };

        public Response? Response { get; set; }

        public IInvokable Request { get; } = new Ask(options);

        public GrainId TargetId { get; init; } = GrainId.Create(GrainType.Create("collection"), "default/c");

        public object Grain => this;

        public GrainId? SourceId => null;

        public IGrainContext? SourceContext => null;

        public GrainInterfaceType InterfaceType => default;

        public string InterfaceName => "";

        public string MethodName => "";

        public MethodInfo InterfaceMethod => throw new NotSupportedException();

        public object? Result { get; set; }

        public Task Invoke()
        {
            WhileUnderWay();
            Result = ends[Math.Min(Made++, ends.Length - 1)];
            return Result is Exception fault ? Task.FromException(fault) : Task.CompletedTask;
        }
    }

    /// <summary>One to a gateway, served until it is told to end.</summary>
    private sealed class Connection : DefaultConnectionContext
    {
        private readonly TaskCompletionSource _opened = new();
        private readonly CancellationTokenSource _closed = new();
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Connection(GatewayConnections gateways)
        {
            ConnectionClosed = _closed.Token;
            Served = gateways.Watch(async _ =>
            {
                _opened.SetResult();
                await _end.Task;
            })(this);
        }

        public Task Opened => _opened.Task;

        public Task Served { get; }

        public override void Abort()
        {
            _closed.Cancel();
            _end.TrySetResult();
        }
    }

    private sealed class Ask : RequestBase
    {
        public Ask(InvokeMethodOptions options) => Options = options;

        public override ValueTask<Response> Invoke() => throw new NotSupportedException();

        public override object GetTarget() => throw new NotSupportedException();

        public override void SetTarget(ITargetHolder holder) => throw new NotSupportedException();

        public override void Dispose()
        {
        }

        public override string GetMethodName() => "";

        public override string GetInterfaceName() => "";

        public override string GetActivityName() => "";

        public override Type GetInterfaceType() => typeof(Ask);

        public override MethodInfo GetMethod() => throw new NotSupportedException();
    }
}
