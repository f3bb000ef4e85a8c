import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.gephi.graph.api.Column;
import org.gephi.graph.api.Edge;
import org.gephi.graph.api.Element;
import org.gephi.graph.api.GraphController;
import org.gephi.graph.api.GraphModel;
import org.gephi.graph.api.Node;
import org.gephi.graph.api.Table;
import org.gephi.io.importer.api.Container;
import org.gephi.io.importer.api.ImportController;
import org.gephi.io.importer.api.Issue;
import org.gephi.io.processor.plugin.DefaultProcessor;
import org.gephi.project.api.ProjectController;
import org.openide.util.Lookup;

/** Opens networks in Gephi and prints what it has of them, a line for each value; text is in Base64. */
public final class OpenNetworks {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] files) throws Exception {
        for (String file : files) {
            open(new File(file));
        }
    }

    private static void open(File file) throws Exception {
        ProjectController projects = Lookup.getDefault().lookup(ProjectController.class);
        projects.newProject();
        ImportController imports = Lookup.getDefault().lookup(ImportController.class);
        Container container = imports.importFile(file);
        container.getReport().close();
        container.getReport().getIssues(1000).forEachRemaining(OpenNetworks::printIssue);
        imports.process(container, new DefaultProcessor(), projects.getCurrentWorkspace());
        GraphModel model = Lookup.getDefault().lookup(GraphController.class).getGraphModel();
        OUT.printf("network %s %b%n", file.getName(), model.isUndirected());
        for (Node node : model.getGraph().getNodes().toArray()) {
            OUT.printf("node %s %s%n", encode(node.getId()), encode(node.getLabel()));
            printValues(node, model.getNodeTable());
        }
        for (Edge edge : model.getGraph().getEdges().toArray()) {
            OUT.printf("edge %s %s %s%n", encode(edge.getSource().getId()), encode(edge.getTarget().getId()), edge.getWeight());
        }
    }

    private static void printIssue(Issue issue) {
        OUT.printf("issue %s %s%n", issue.getLevel(), encode(issue.getMessage()));
    }

    private static void printValues(Element element, Table table) {
        for (Column column : table) {
            Object value = column.isProperty() ? null : element.getAttribute(column.getId());
            if (value != null) {
                OUT.printf("value %s %s %s%n", column.getId(), column.getTypeClass().getSimpleName(), encode(value));
            }
        }
    }

    private static String encode(Object value) {
        return "=" + Base64.getEncoder().encodeToString(String.valueOf(value).getBytes(StandardCharsets.UTF_8));
    }
}
