using System.Reflection;
using System.Runtime.CompilerServices;
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
    [InlineData(InvokeMethodOptions.ReadOnly, 2)]
    [InlineData(InvokeMethodOptions.None, 1)]
    public async Task Client_repeats_only_what_reads_because_a_rejection_may_be_of_a_call_sent_twice(InvokeMethodOptions options, int times)
    {
        var call = new Call(options, Rejection, null);
        await Run(call, isClient: true);
        Assert.Equal(times, call.Made);
    }

    [Fact]
    public void Client_of_the_package_tries_again()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(static client => client.UseEdgeOrleans());
        var filter = Assert.Single(builder.Services, static service => service.ServiceType == typeof(IOutgoingGrainCallFilter));
        Assert.False(Assert.IsType<CallRetries>(filter.ImplementationInstance).RepeatsWrites);
    }

    [Fact]
    public async Task Time_out_and_what_a_grain_throws_are_left_alone()
    {
        foreach (var fault in new Exception[] { new TimeoutException(), new RefusedException(new Refusal(RefusalCode.Unavailable, "no")), new InvalidOperationException() })
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

    /// <returns>How it failed, if it did.</returns>
    private async Task<Exception?> Run(Call call, bool isClient = false)
    {
        var running = new CallRetries(_time) { RepeatsWrites = !isClient }.Invoke(call);
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        return running.Exception?.InnerException;
    }

    /// <summary>A call that ends one way after the other, and for good the last way.</summary>
    private sealed class Call(InvokeMethodOptions options, params Exception?[] ends) : IOutgoingGrainCallContext
    {
        public int Made { get; private set; }

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
            return ends[Math.Min(Made++, ends.Length - 1)] is { } fault ? Task.FromException(fault) : Task.CompletedTask;
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
